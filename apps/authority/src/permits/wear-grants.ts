import { Injectable } from '@nestjs/common';
import {
  decideWear,
  type ApprovalRecord,
  type AvatarCase,
  type ConsentRecord,
  type WearDecision,
} from '@guise/consent';
import {
  lockWearGround,
  readPolicyInForce,
  shareAvatar,
  type PublishedCheckpoint,
  type Statements,
  type Transaction,
  type WearGround,
  type WearingDevice,
  type WornFace,
  type WornSession,
} from '@guise/persistence';
import type { Audience, PolicyDocument, Purpose } from '@guise/protocol';
import { Clock } from '../ports/clock.js';

/** Who wishes to wear what, on which device. */
export interface WearWish {
  readonly personId: string;
  readonly deviceId: string;
  readonly avatar: string;
  readonly purpose: Purpose;
  readonly audience: Audience;
  readonly meeting?: string | null | undefined;
}

/** Everything a permit rests on, as it stands this second. */
export interface WearGrant {
  readonly avatar: AvatarCase;
  readonly consent: ConsentRecord;
  readonly approvals: readonly ApprovalRecord[];
  readonly device: WearingDevice;
  readonly face: WornFace;
  /** The rules that allow it, and the version of the organisation's policy that they include. */
  readonly rules: readonly string[];
  readonly policy: PolicyDocument;
  readonly policyVersion: number;
  /** The log as published meanwhile. */
  readonly checkpoint: PublishedCheckpoint | null;
}

/** A device's own session, and what is decided about its going on as it is. */
export interface SessionGrant {
  readonly session: WornSession;
  readonly outcome: WearGrant | readonly Refusal[];
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export const DEVICE_NOT_PAIRED: Refusal = {
  code: 'device-paired',
  message: 'The device is not paired with this person any more.',
};

/** Decides from consent, approvals, device and the wearer's own face; asked again at every renewal and lease. */
@Injectable()
export class WearGrants {
  constructor(private readonly clock: Clock) {}

  /**
   * Decides about a wish. Everything read stays as it is until the transaction ends, so that a permit stands in the
   * ledger before the withdrawal, revocation or erasure that would have refused it, or is refused.
   */
  async decide(sql: Statements, wish: WearWish): Promise<WearGrant | readonly Refusal[]> {
    const { deviceId, personId, avatar: avatarId } = wish;
    return this.judge(await lockWearGround(sql, { deviceId, personId, avatarId, sessionId: null }), wish);
  }

  /** Decides whether a device's session may go on; the session, too, stays as it is. @returns null when there is none */
  async decideSession(
    sql: Statements,
    sessionId: string,
    { deviceId, personId }: Pick<WearWish, 'deviceId' | 'personId'>,
  ): Promise<SessionGrant | null> {
    const ground = await lockWearGround(sql, { sessionId, deviceId, personId, avatarId: null });
    const { session } = ground;
    if (session === null) return null;
    return { session, outcome: this.judge(ground, { ...session, avatar: session.avatarId }) };
  }

  private judge(ground: WearGround, wish: WearWish): WearGrant | readonly Refusal[] {
    const { device, face, avatar, policy, policyVersion, checkpoint } = ground;
    if (avatar === null) return [{ code: 'avatar-unknown', message: 'There is no such avatar.' }];
    const decision = decideWear(avatar, { ...wish, wearer: wish.personId }, policy, this.clock.nowSeconds());
    const refusals = [...refusalsOf(decision, avatar)];
    if (device?.personId !== wish.personId) {
      refusals.push(DEVICE_NOT_PAIRED);
    }
    if (face === null) {
      refusals.push({ code: 'wearer-has-source-face', message: 'The wearer enrols their own face first.' });
    }
    if (!decision.allowed || device === null || face === null || refusals.length > 0) return refusals;
    const { consent, approvals, rules } = decision;
    return { avatar, consent, approvals, device, face, rules, policy, policyVersion, checkpoint };
  }

  /**
   * What avatar, consent, approvals and policy alone say against wishes for one avatar: read once for all of them. None
   * does not mean that they are granted.
   */
  async refuseByAvatar<T extends WearWish>(
    tx: Transaction,
    avatarId: string,
    wishes: readonly T[],
  ): Promise<readonly { readonly wish: T; readonly refusals: readonly Refusal[] }[]> {
    const avatar = await shareAvatar(tx, avatarId);
    if (avatar === null) return [];
    const { policy } = await readPolicyInForce(tx);
    const now = this.clock.nowSeconds();
    return wishes.map((wish) => ({
      wish,
      refusals: refusalsOf(decideWear(avatar, { ...wish, wearer: wish.personId }, policy, now), avatar),
    }));
  }
}

function refusalsOf(decision: WearDecision, avatar: AvatarCase): readonly Refusal[] {
  return decision.allowed ? [] : decision.reasons.map(tellSuspension(avatar));
}

/** Of an avatar that an admin suspended: it may come back, so its permits are suspended and not invalid. */
export const AVATAR_SUSPENDED = 'avatar-suspended';

const tellSuspension =
  ({ state }: AvatarCase) =>
  (refusal: Refusal): Refusal =>
    refusal.code === 'avatar-active' && state === 'suspended'
      ? { code: AVATAR_SUSPENDED, message: 'An admin suspended the avatar.' }
      : refusal;

export function isGrant(outcome: WearGrant | readonly Refusal[]): outcome is WearGrant {
  return !Array.isArray(outcome);
}
