import { Inject, Injectable } from '@nestjs/common';
import { decideWithdrawal } from '@guise/consent';
import {
  eraseSourceFace,
  LedgerOutbox,
  listFaceAvatars,
  lockAvatar,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { personId as parsePersonId } from '@guise/protocol';
import { AvatarChanges } from '../avatars/avatar-changes.js';
import { ProblemError } from '../http/problem-error.js';
import type { PersonPrincipal } from '../http/principal.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

const OPEN = ['awaiting-consent', 'awaiting-approval', 'active', 'suspended'];

/** The owner erases a source face: its template is overwritten, and every avatar that shows it is withdrawn. */
@Injectable()
export class ErasureService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly changes: AvatarChanges,
  ) {}

  /** @throws ProblemError `not-found` unless it is the caller's own and active */
  async eraseSourceFace(owner: PersonPrincipal, sourceFace: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await eraseSourceFace(tx, { id: sourceFace, personId: owner.personId }, this.clock.now()))) {
        throw new ProblemError('not-found');
      }
      const withdrawn = await this.withdrawAvatars(tx, owner, sourceFace);
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'erasure',
        at: this.clock.nowSeconds(),
        person: parsePersonId.parse(owner.personId),
        what: `source face and ${String(withdrawn)} avatars`,
        count: 1,
      });
    });
  }

  private async withdrawAvatars(
    tx: Transaction,
    owner: PersonPrincipal,
    sourceFace: string,
  ): Promise<number> {
    let withdrawn = 0;
    for (const id of await listFaceAvatars(tx, sourceFace)) {
      const avatar = await lockAvatar(tx, id);
      if (avatar === null || !OPEN.includes(avatar.state)) continue;
      const { next } = decideWithdrawal(avatar, { id: owner.personId, roles: owner.roles });
      await this.changes.store(tx, avatar, next, owner.personId);
      withdrawn += 1;
    }
    return withdrawn;
  }
}
