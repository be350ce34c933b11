import { Injectable } from '@nestjs/common';
import { CONSENT_NOTICES } from '@guise/consent';
import { sha256HexOf } from '@guise/identity';

/** What a subject reads before consenting, with its hash. */
@Injectable()
export class ConsentNotice {
  read() {
    const [notice] = CONSENT_NOTICES;
    if (notice === undefined) throw new Error('there is no consent notice');
    return { ...notice, sha256: sha256HexOf(new TextEncoder().encode(notice.text)) };
  }
}
