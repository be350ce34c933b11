import { Injectable } from '@nestjs/common';
import { ENROLMENT_NOTICES } from '@guise/consent';
import { sha256HexOf } from '@guise/identity';

/** The notice in force, with its hash. */
@Injectable()
export class EnrolmentNotice {
  read() {
    const [notice] = ENROLMENT_NOTICES;
    if (notice === undefined) throw new Error('there is no enrolment notice');
    return { ...notice, sha256: sha256HexOf(new TextEncoder().encode(notice.text)) };
  }
}
