import { Injectable } from '@nestjs/common';
import type { AvatarCase } from '@guise/consent';
import { endConsent, LedgerOutbox, setAvatarState, type Transaction } from '@guise/persistence';
import { avatarId, consentId, personId, type AvatarState } from '@guise/protocol';
import { Clock } from '../ports/clock.js';

/** Writes what a decision changed, each change with its ledger entry in the same transaction. */
@Injectable()
export class AvatarChanges {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** Stores the new state of an avatar, and the end of its consent when it ended. */
  async store(tx: Transaction, before: AvatarCase, after: AvatarCase, by: string | null): Promise<void> {
    await this.storeConsentEnd(tx, before, after, by);
    if (after.state === before.state) return;
    await setAvatarState(tx, after, this.clock.now());
    await this.stageState(tx, after, before.state, by);
  }

  /** The entry of a state change; `from` is null when the avatar is new. */
  async stageState(
    tx: Transaction,
    avatar: AvatarCase,
    from: AvatarState | null,
    by: string | null,
  ): Promise<void> {
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'avatar-state',
      at: this.clock.nowSeconds(),
      avatar: avatarId.parse(avatar.id),
      avatarSha256: avatar.sha256,
      avatarKind: avatar.kind,
      likeness: avatar.likeness,
      subject: personId.parse(avatar.subject),
      draftedBy: personId.parse(avatar.draftedBy),
      from,
      to: avatar.state,
      by: by === null ? null : personId.parse(by),
    });
  }

  private async storeConsentEnd(
    tx: Transaction,
    before: AvatarCase,
    after: AvatarCase,
    by: string | null,
  ): Promise<void> {
    const consent = after.consent;
    if (consent === null || consent.state === 'given' || before.consent?.state !== 'given') return;
    if (consent.state === 'withdrawn' && by !== null) await this.withdrawConsent(tx, consent.id, by);
    else await endConsent(tx, consent.id, consent.state, this.clock.now());
  }

  /** The end of a consent by its subject's word: a withdrawal, or the amended consent that replaces it. */
  async withdrawConsent(tx: Transaction, consent: string, by: string): Promise<void> {
    await endConsent(tx, consent, 'withdrawn', this.clock.now());
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'consent-withdrawn',
      at: this.clock.nowSeconds(),
      consent: consentId.parse(consent),
      by: personId.parse(by),
    });
  }
}
