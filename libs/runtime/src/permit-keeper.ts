import { PermitError, type PermitErrorCode, type VerifiedPermit } from '@guise/permit';
import { RenewalRefused, RuntimeError } from './errors.js';
import type { FinalReason, Gate } from './gate.js';
import type { PermitSource, SessionEnd } from './ports.js';

/** A lease is asked for again after this part of its life, and a failed question repeated after this time. */
const LEASE_PART = 1 / 3;
const LEASE_RETRY_MS = 1_000;
/** A permit is renewed when this part of its life is left, and a failed renewal repeated after this time. */
const RENEW_PART_LEFT = 1 / 3;
const RENEW_RETRY_MS = 2_000;
/** A failed look into the status list is repeated after this time. */
const STATUS_RETRY_MS = 2_000;

/**
 * Keeps lease, permit and status fresh while frames flow, and listens for the session's end. It holds no timer: the frame loop calls `tick`, which starts what is
 * due and never waits. When the authority does not answer, it asks again and tells `onFault`, and in the end the gate
 * shuts by itself; when the authority refuses, or answers with a permit that is none, the gate is shut at once.
 */
export interface PermitKeeper {
  /** The first lease and the first status; the gate is shut before. @throws RuntimeError `no-lease`, `no-status` */
  start(): Promise<void>;
  tick(): void;
  /** Listens no longer. */
  stop(): void;
  /** The permits admitted so far. */
  readonly renewals: number;
}

export interface PermitKeeperOptions {
  readonly gate: Gate;
  readonly source: PermitSource;
  readonly first: VerifiedPermit;
  readonly monotonicMs: () => number;
  /** Hears of every question that brought no lease or no permit. */
  readonly onFault?: ((step: KeeperStep, error: unknown) => void) | undefined;
}

type KeeperStep = 'lease' | 'renew' | 'status';

export function createPermitKeeper(options: PermitKeeperOptions): PermitKeeper {
  const { gate, source, first, monotonicMs, onFault } = options;
  let permit = first;
  let renewals = 0;
  let nextLeaseMs = 0;
  let nextRenewalMs = 0;
  let asking = false;
  let renewing = false;
  let nextStatusMs = 0;
  let looking = false;
  let stopWatching = (): void => undefined;
  gate.admit(first);

  const askLease = async (): Promise<void> => {
    const requestedAt = monotonicMs();
    const lease = await source.lease();
    gate.renewLease(lease, requestedAt);
    nextLeaseMs = requestedAt + lease.leaseSeconds * 1000 * LEASE_PART;
    if (lease.state !== 'live') nextLeaseMs = Number.POSITIVE_INFINITY;
  };

  const isRenewalDue = (): boolean => {
    const { iat, exp } = permit.claims;
    return exp - gate.nowSeconds() <= (exp - iat) * RENEW_PART_LEFT && monotonicMs() >= nextRenewalMs;
  };

  const askStatus = async (of: VerifiedPermit): Promise<void> => {
    const requestedAt = monotonicMs();
    try {
      const answer = await source.status(of);
      gate.noteStatus(answer, requestedAt);
      nextStatusMs = requestedAt + answer.refreshSeconds * 1000;
    } catch (cause) {
      throw new RuntimeError('no-status', 'The status of the permit is not known.', { cause });
    }
  };

  const renew = async (): Promise<void> => {
    const next = await source.renew();
    await askStatus(next);
    permit = next;
    gate.admit(permit);
    renewals += 1;
  };

  const failedRenewal = (error: unknown): void => {
    const reason = refusalOf(error);
    if (reason !== null) {
      gate.shut(reason);
      nextRenewalMs = Number.POSITIVE_INFINITY;
    }
    onFault?.('renew', error);
  };

  return {
    get renewals() {
      return renewals;
    },
    async start() {
      try {
        await askLease();
      } catch (error) {
        throw new RuntimeError('no-lease', 'The authority gave no lease. Check that it can be reached.', {
          cause: error,
        });
      }
      await askStatus(first);
      stopWatching = source.watch((end) => {
        gate.shut(END_REASON[end]);
      });
    },
    tick() {
      if (!asking && monotonicMs() >= nextLeaseMs) {
        asking = true;
        void askLease()
          .catch((error: unknown) => {
            nextLeaseMs = monotonicMs() + LEASE_RETRY_MS;
            onFault?.('lease', error);
          })
          .finally(() => {
            asking = false;
          });
      }
      if (!renewing && isRenewalDue()) {
        renewing = true;
        nextRenewalMs = monotonicMs() + RENEW_RETRY_MS;
        void renew()
          .catch(failedRenewal)
          .finally(() => {
            renewing = false;
          });
      }
      if (!looking && monotonicMs() >= nextStatusMs) {
        looking = true;
        void askStatus(permit)
          .catch((error: unknown) => {
            nextStatusMs = monotonicMs() + STATUS_RETRY_MS;
            onFault?.('status', error);
          })
          .finally(() => {
            looking = false;
          });
      }
    },
    stop() {
      stopWatching();
    },
  };
}

const END_REASON: Readonly<Record<SessionEnd, FinalReason>> = {
  revoked: 'permit-revoked',
  suspended: 'permit-revoked',
  closed: 'no-permit',
};

/** A bad answer of these kinds may come from this device's clock, which the next lease sets right. */
const CLOCK_ERRORS: ReadonlySet<PermitErrorCode> = new Set(['not-yet-valid', 'expired']);

/** Null: nothing definite is known, so the question may be repeated. */
function refusalOf(error: unknown): FinalReason | null {
  if (error instanceof RenewalRefused) return error.reason;
  // Signed by a foreign key, for another device, another avatar …: asking again brings no better one.
  return error instanceof PermitError && !CLOCK_ERRORS.has(error.code) ? 'no-permit' : null;
}
