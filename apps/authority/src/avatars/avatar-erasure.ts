import { Inject, Injectable } from '@nestjs/common';
import { decideErasure } from '@guise/consent';
import {
  eraseAvatarName,
  isBundleUsed,
  LedgerOutbox,
  type AvatarRecord,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { personId } from '@guise/protocol';
import { Decisions } from '../decisions/decisions.js';
import type { PersonPrincipal } from '../http/principal.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarsService } from './avatars.service.js';
import { BundleStore } from './bundle-store.js';
import { actorOf, lockExisting } from './consents.service.js';

/** Destroys likenesses: the bundle's bytes and the name go, what was signed about the version stays. */
@Injectable()
export class AvatarErasure {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly avatars: AvatarsService,
    private readonly bundles: BundleStore,
    private readonly changes: AvatarChanges,
    private readonly ledger: LedgerOutbox,
    private readonly decisions: Decisions,
  ) {}

  /** @throws ConsentError, ProblemError `not-found` */
  async erase(person: PersonPrincipal, avatarId: string): Promise<AvatarRecord> {
    await this.avatars.read(person, avatarId);
    const about = { topic: 'erasure', person: person.personId, avatar: avatarId } as const;
    const erased = await this.decisions.keep(about, async ({ tx, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const { next, rules } = decideErasure(avatar, actorOf(person));
      note(rules, avatarId);
      return this.store(tx, avatar, { ...avatar, ...next }, person.personId);
    });
    await this.removeBundle(erased.sha256);
    return erased;
  }

  /** Time erases an avatar that has ended. @returns whether it still had to be */
  async eraseInTime(avatarId: string): Promise<boolean> {
    const erased = await this.database.transaction(async (tx) => {
      const avatar = await lockExisting(tx, avatarId);
      if (avatar.state === 'erased') return null;
      return this.store(tx, avatar, { ...avatar, ...decideErasure(avatar, null).next }, null);
    });
    if (erased !== null) await this.removeBundle(erased.sha256);
    return erased !== null;
  }

  private async store(
    tx: Transaction,
    before: AvatarRecord,
    after: AvatarRecord,
    by: string | null,
  ): Promise<AvatarRecord> {
    await this.changes.store(tx, before, after, by);
    await eraseAvatarName(tx, after.id);
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'erasure',
      at: this.clock.nowSeconds(),
      person: personId.parse(after.subject),
      what: 'avatar bundle',
      count: 1,
    });
    return { ...after, name: 'Erased', attributes: [] };
  }

  /** After the registry says erased: what fails here leaves bytes that nobody is given, and the next erasure retries. */
  private async removeBundle(sha256: string): Promise<void> {
    if (!(await isBundleUsed(this.database.client, sha256))) await this.bundles.remove(sha256);
  }
}
