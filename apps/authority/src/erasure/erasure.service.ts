import { Inject, Injectable } from '@nestjs/common';
import { decideWithdrawal } from '@guise/consent';
import {
  eraseSourceFace,
  findActiveSourceFace,
  LedgerOutbox,
  listFaceAvatars,
  lockAvatar,
  lockPerson,
  lockSourceFaces,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { personId as parsePersonId } from '@guise/protocol';
import type { Logger } from 'pino';
import { AvatarChanges } from '../avatars/avatar-changes.js';
import { ProblemError } from '../http/problem-error.js';
import type { PersonPrincipal } from '../http/principal.js';
import { PersonStates } from '../people/person-states.js';
import { Clock } from '../ports/clock.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { EntryErasure } from './entry-erasure.js';

const OPEN = ['awaiting-consent', 'awaiting-approval', 'active', 'suspended'];

/**
 * The owner erases a source face: its template is overwritten, every avatar that shows it is withdrawn, and nobody can open
 * what the ledger says of it any more. Or leaves with everything.
 */
@Injectable()
export class ErasureService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly changes: AvatarChanges,
    private readonly states: PersonStates,
    private readonly entries: EntryErasure,
  ) {}

  /** @throws ProblemError `not-found` unless it is the caller's own and active */
  async eraseSourceFace(owner: PersonPrincipal, sourceFace: string): Promise<void> {
    await this.database.transaction((tx) => this.eraseFace(tx, owner, sourceFace));
    await this.eraseEntries();
  }

  /**
   * The caller leaves for good: sign-ins, devices and sessions end, avatars of them are withdrawn, their source face is erased
   * at once. What proves their sessions and consents is destroyed after the policy's `leaverDays`, and their name with it.
   * @throws ProblemError `conflict` for the last admin
   */
  async leave(person: PersonPrincipal): Promise<void> {
    await this.database.transaction(async (tx) => {
      // The order of locks of every change of a face.
      await lockSourceFaces(tx);
      await lockPerson(tx, person.personId);
      const face = await findActiveSourceFace(tx, person.personId);
      if (face !== null) await this.eraseFace(tx, person, face.id);
      const { personId: id, roles } = person;
      await this.states.leave(tx, { id, state: 'active', roles }, 'left by own wish');
    });
    await this.eraseEntries();
  }

  private async eraseFace(tx: Transaction, owner: PersonPrincipal, sourceFace: string): Promise<void> {
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
  }

  /** The face is erased already: what fails here is done by the hourly retention. */
  private async eraseEntries(): Promise<void> {
    try {
      await this.entries.eraseFaces();
    } catch (error) {
      this.logger.error({ err: error }, 'what the ledger says of an erased face could not be destroyed yet');
    }
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
