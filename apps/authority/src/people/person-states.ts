import { Injectable } from '@nestjs/common';
import { decideAbsence, decideWithdrawal } from '@guise/consent';
import {
  insertLeaver,
  LedgerOutbox,
  listSubjectAvatars,
  lockAvatar,
  setPersonState,
  type PersonState,
  type Transaction,
} from '@guise/persistence';
import type { Role } from '@guise/protocol';
import { AvatarChanges } from '../avatars/avatar-changes.js';
import { DeviceRevoker } from '../devices/device-revoker.js';
import { Clock } from '../ports/clock.js';
import { SignIns } from '../sign-ins/sign-ins.js';
import { requireOtherAdmin } from './other-admin.js';

/** Whose state changes: locked by `lockPerson` first. */
export interface ChangingPerson {
  readonly id: string;
  readonly state: PersonState;
  readonly roles: readonly Role[];
}

/**
 * Suspends persons, lets them back in, and ends their membership. Their sign-ins end and their running sessions lose their
 * ground with the ledger entry; so does whoever wears their face, because they cannot withdraw any more.
 */
@Injectable()
export class PersonStates {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly signIns: SignIns,
    private readonly devices: DeviceRevoker,
    private readonly changes: AvatarChanges,
  ) {}

  /** Reversible: devices and consents stay, avatars of the person's face are suspended until two admins resume them. */
  async suspend(tx: Transaction, person: ChangingPerson, reason: string): Promise<void> {
    await this.store(tx, person, 'suspended', reason);
    await this.eachAvatar(tx, person.id, decideAbsence);
  }

  async restore(tx: Transaction, person: ChangingPerson, reason: string): Promise<void> {
    await this.store(tx, person, 'active', reason);
  }

  /** For good: devices are revoked, and avatars of the person's face are withdrawn. What was signed stays in history. */
  async leave(tx: Transaction, person: ChangingPerson, reason: string): Promise<void> {
    await this.store(tx, person, 'left', reason);
    await this.devices.endAll(tx, person.id);
    const subject = { id: person.id, roles: person.roles };
    await this.eachAvatar(tx, person.id, (avatar) => decideWithdrawal(avatar, subject));
  }

  private async store(
    tx: Transaction,
    person: ChangingPerson,
    next: PersonState,
    reason: string,
  ): Promise<void> {
    if (next !== 'active') await requireOtherAdmin(tx, person);
    if (!(await setPersonState(tx, person.id, next))) return;
    if (next === 'left') await insertLeaver(tx, person.id, this.clock.now());
    await this.signIns.endAll(tx, person.id);
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'status-change',
      at: this.clock.nowSeconds(),
      subject: person.id,
      from: person.state,
      to: next,
      reason,
    });
  }

  private async eachAvatar(tx: Transaction, personId: string, decide: typeof decideAbsence): Promise<void> {
    for (const id of await listSubjectAvatars(tx, personId)) {
      const avatar = await lockAvatar(tx, id);
      const decision = avatar === null ? null : decide(avatar);
      if (avatar !== null && decision !== null) await this.changes.store(tx, avatar, decision.next, null);
    }
  }
}
