import { Inject, Injectable } from '@nestjs/common';
import { findActiveDevice, findActiveSourceFace, type Database } from '@guise/persistence';
import type { DevicePrincipal } from '../http/principal.js';
import { SourceFaces } from '../faces/source-faces.js';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';

/** What devices may read of source faces. */
@Injectable()
export class SourceFacesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly faces: SourceFaces,
  ) {}

  /** The device's own person's template; any other source face does not exist for it. @throws ProblemError `not-found` */
  async readTemplate(caller: DevicePrincipal, sourceFace: string) {
    const device = await findActiveDevice(this.database.client, caller.deviceId);
    const face = await findActiveSourceFace(this.database.client, caller.personId);
    if (device === null || face?.id !== sourceFace) throw new ProblemError('not-found');
    return {
      sourceFace,
      template: Buffer.from(face.wearerTemplate).toString('base64url'),
      seed: Buffer.from(await this.faces.wearerSeed(sourceFace)).toString('base64url'),
      sha256: face.templateSha256,
    };
  }
}
