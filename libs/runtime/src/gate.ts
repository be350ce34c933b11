import { MAX_FUTURE_SECONDS, type VerifiedPermit } from '@guise/permit';
import { createAuthorityTime } from './authority-time.js';
import type { LeaseState, RuntimeClock, StatusAnswer } from './ports.js';
import type { Presence } from './presence.js';
import type { ClosedReason } from './reasons.js';
import type { WearerVerdict } from './wearer-check.js';

/** The lease of DESIGN §4: an answer of the authority opens the gate for no longer than this. */
export const MAX_LEASE_SECONDS = 15;
/** A status list opens the gate for no longer than this, whatever it says of itself. */
export const MAX_STATUS_SECONDS = 120;

/** What this session is bound to; the permit must name exactly these. */
export interface SessionBinding {
  /** SHA-256 of the avatar bundle that the renderer loaded. */
  readonly avatarSha256: string;
  /** SHA-256 of the wearer's template as the authority named it. */
  readonly templateSha256: string;
  /** Session number in the watermark. */
  readonly sessionNumber: number;
}

/** What is known about the frame for which the gate is asked. */
export interface FrameFacts {
  readonly presence: Presence;
  readonly wearer: WearerVerdict;
}

// Not exported: only the gate makes a pass.
const passed: unique symbol = Symbol('passed the gate');

/** Proof that the gate was open for one frame. What renders asks for it. */
export interface GatePass {
  readonly permit: VerifiedPermit;
  readonly [passed]: true;
}

export type GateAnswer =
  | { readonly open: true; readonly pass: GatePass; readonly presence: SeenPresence }
  | { readonly open: false; readonly reason: ClosedReason };

/** A presence with which the gate can be open. */
export type SeenPresence = Extract<Presence, { kind: 'one-face' | 'hold' }>;

/** Shut for the rest of the session. */
export type FinalReason = 'permit-revoked' | 'evidence-failed' | 'no-permit';

/**
 * The one place that decides whether a frame may be rendered (DESIGN §1, §10). Deny by default: it answers "open" only
 * when every condition was shown to hold for this frame. It is asked for every frame and keeps no "open" state.
 */
export interface Gate {
  /** The first permit, or a renewal. Replaces the one before. */
  admit(permit: VerifiedPermit): void;
  /** An answer of the lease endpoint, and when it was asked for: the lease counts from there. */
  renewLease(lease: LeaseState, requestedAtMonotonicMs: number): void;
  /** What the status list says of the permit in force, and when it was asked for. A permit that is not valid shuts for good. */
  noteStatus(answer: StatusAnswer, requestedAtMonotonicMs: number): void;
  /** Shuts the gate for good: revocation pushed by the authority, evidence that cannot be kept. */
  shut(reason: FinalReason): void;
  /**
   * The decision for one frame. `look` observes the frame; it is called only under a valid permission (without one no
   * face is looked for), and the permission is checked again after it.
   */
  ask(look: () => Promise<FrameFacts>): Promise<GateAnswer>;
  /** How long the permission stands from now on, whoever is in the picture: for what shows the frame later, in another thread. */
  standing(): Standing;
  /** The permit in force, whoever is in the picture; null when none is. Says under what slate frames are recorded. */
  permitInForce(): VerifiedPermit | null;
  /** Authority time, Unix seconds. */
  nowSeconds(): number;
}

/** What the gate says of the time to come. */
export type Standing =
  /** Nothing but another word of the authority ends it before this moment of the monotonic clock. */
  { readonly openUntilMs: number } | { readonly shut: ClosedReason };

/** @param onShut hears at once when the gate is shut for good */
export function createGate(
  clock: RuntimeClock,
  binding: SessionBinding,
  onShut: (reason: FinalReason) => void = () => undefined,
): Gate {
  const time = createAuthorityTime(clock);
  let permit: VerifiedPermit | null = null;
  let leaseEndsMs = Number.NEGATIVE_INFINITY;
  let statusEndsMs = Number.NEGATIVE_INFINITY;
  let final: FinalReason | null = null;

  const shut = (reason: FinalReason): void => {
    if (final !== null) return;
    final = reason;
    onShut(reason);
  };

  const permission = (): ClosedReason | VerifiedPermit => {
    if (final !== null) return final;
    if (permit?.wear.watermark.session !== binding.sessionNumber) return 'no-permit';
    return (
      timeReason(permit, time.nowSeconds(), time.hasJumped()) ??
      (clock.monotonicMs() >= leaseEndsMs ? 'lease-lost' : null) ??
      (clock.monotonicMs() >= statusEndsMs ? 'status-unknown' : null) ??
      bindingReason(permit, binding) ??
      permit
    );
  };

  return {
    admit(next) {
      permit = next;
    },
    renewLease(lease, requestedAtMonotonicMs) {
      if (lease.state === 'revoked') shut('permit-revoked');
      if (lease.state === 'closed') shut('no-permit');
      if (lease.state !== 'live') return;
      time.anchor(lease.serverTime, requestedAtMonotonicMs);
      leaseEndsMs = requestedAtMonotonicMs + Math.min(lease.leaseSeconds, MAX_LEASE_SECONDS) * 1000;
    },
    noteStatus({ status, freshSeconds }, requestedAtMonotonicMs) {
      if (status !== 'valid') shut('permit-revoked');
      statusEndsMs = requestedAtMonotonicMs + Math.min(freshSeconds, MAX_STATUS_SECONDS) * 1000;
    },
    shut,
    async ask(look) {
      const before = permission();
      if (typeof before === 'string') return { open: false, reason: before };
      const { presence, wearer } = await look();
      const held = permission();
      if (typeof held === 'string') return { open: false, reason: held };
      if (presence.kind === 'second-face' || presence.kind === 'no-face')
        return { open: false, reason: presence.kind };
      if (wearer !== 'match') return { open: false, reason: WEARER_REASON[wearer] };
      return { open: true, pass: { permit: held, [passed]: true }, presence };
    },
    standing() {
      const held = permission();
      if (typeof held === 'string') return { shut: held };
      const permitEnds = Math.min(held.claims.exp, held.wear.not_after);
      const permitEndsMs = clock.monotonicMs() + (permitEnds - time.nowSeconds()) * 1000;
      return { openUntilMs: Math.min(permitEndsMs, leaseEndsMs, statusEndsMs) };
    },
    permitInForce() {
      const held = permission();
      return typeof held === 'string' ? null : held;
    },
    nowSeconds: () => time.nowSeconds(),
  };
}

function timeReason(permit: VerifiedPermit, now: number, jumped: boolean): ClosedReason | null {
  if (jumped) return 'clock-jumped';
  if (permit.claims.nbf > now + MAX_FUTURE_SECONDS) return 'permit-not-yet-valid';
  return permit.claims.exp <= now || permit.wear.not_after <= now ? 'permit-expired' : null;
}

function bindingReason(permit: VerifiedPermit, binding: SessionBinding): ClosedReason | null {
  if (permit.wear.avatar_sha256 !== binding.avatarSha256) return 'avatar-hash-mismatch';
  // Checked against another template, the wearer would not be checked at all.
  return permit.wear.wearer.template_sha256 === binding.templateSha256 ? null : 'wearer-unchecked';
}

const WEARER_REASON = { mismatch: 'wearer-mismatch', unchecked: 'wearer-unchecked' } as const;
