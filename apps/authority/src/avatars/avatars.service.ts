import { Inject, Injectable } from '@nestjs/common';
import {
  findActiveDevice,
  findAvatar,
  findPerson,
  listAvatars,
  type AvatarRecord,
  type Database,
} from '@guise/persistence';
import type { Principal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';
import { BundleStore } from './bundle-store.js';

/** Reading avatars. For whoever is not concerned, an avatar does not exist. */
@Injectable()
export class AvatarsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly bundles: BundleStore,
  ) {}

  /** @throws ProblemError `not-found` */
  async read(caller: Principal, id: string): Promise<AvatarRecord> {
    const avatar = await findAvatar(this.database.client, id);
    if (avatar === null || !(await this.concerns(avatar, caller))) throw new ProblemError('not-found');
    return avatar;
  }

  async list(caller: Principal, after: string | null, limit: number) {
    const all = caller.kind === 'person' && seesAll(caller.roles);
    const avatars = await listAvatars(this.database.client, all ? null : caller.personId, after, limit);
    const last = avatars.length === limit ? avatars.at(-1) : undefined;
    return { avatars: avatars.map(describe), next: last?.id ?? null };
  }

  async readBundle(caller: Principal, id: string): Promise<Buffer> {
    const avatar = await this.read(caller, id);
    if (avatar.state === 'erased') throw new ProblemError('not-found');
    return Buffer.from(await this.bundles.read(avatar.sha256));
  }

  private async concerns(avatar: AvatarRecord, caller: Principal): Promise<boolean> {
    if (caller.kind === 'person' && seesAll(caller.roles)) return true;
    if (
      caller.kind === 'device' &&
      (await findActiveDevice(this.database.client, caller.deviceId)) === null
    ) {
      return false;
    }
    if ((await findPerson(this.database.client, caller.personId)) === null) return false;
    const wearer =
      avatar.consent?.state === 'given' &&
      avatar.consent.terms.some(({ wearers }) => wearers.some((wearer) => wearer === caller.personId));
    return wearer || avatar.subject === caller.personId || avatar.draftedBy === caller.personId;
  }
}

function seesAll(roles: readonly string[]): boolean {
  return roles.includes('admin') || roles.includes('auditor');
}

/** An avatar as the API shows it. */
export function describe(avatar: AvatarRecord) {
  return {
    id: avatar.id,
    sha256: avatar.sha256,
    name: avatar.name,
    kind: avatar.kind,
    likeness: avatar.likeness,
    subject: avatar.subject,
    sourceFace: avatar.sourceFace,
    state: avatar.state,
    draftedBy: avatar.draftedBy,
    consent: avatar.consent?.id ?? null,
    approvals: avatar.approvalIds,
    approvalsNeeded: avatar.approvalsNeeded,
    attributes: avatar.attributes,
  };
}
