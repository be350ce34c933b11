import { Inject, Injectable } from '@nestjs/common';
import { findActiveDevice, findActiveSourceFace, type Database } from '@guise/persistence';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';
import { DeviceTemplates } from './device-templates.js';

/** What devices may read of source faces. */
@Injectable()
export class SourceFacesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly templates: DeviceTemplates,
  ) {}

  /** The device's own person's template; any other source face does not exist for it. @throws ProblemError `not-found` */
  async readTemplate(caller: DevicePrincipal, sourceFace: string) {
    const device = await findActiveDevice(this.database.client, caller.deviceId);
    const face = await findActiveSourceFace(this.database.client, caller.personId);
    if (device === null || face?.id !== sourceFace) throw new ProblemError('not-found');
    const { template, seed, sha256 } = await this.templates.of(device, face);
    return {
      sourceFace,
      template: Buffer.from(template).toString('base64url'),
      seed: Buffer.from(seed).toString('base64url'),
      sha256,
    };
  }
}
