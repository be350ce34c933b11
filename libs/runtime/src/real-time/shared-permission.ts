import type { Standing } from '../gate.js';
import { CLOSED_REASONS, type ClosedReason } from '../reasons.js';

/** Until when frames may be shown, in memory that the gate's thread and the showing thread share. */
export type SharedPermissionMemory = SharedArrayBuffer;

const BYTES = BigInt64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT;
const US_PER_MS = 1000;

export interface SharedPermission {
  /** `openUntilMs` is of a clock that all threads share. */
  publish(standing: Standing): void;
  /** Why nothing may be shown at this moment of the shared clock; null when frames may be. */
  closedReason(nowMs: number): ClosedReason | null;
}

/** Shut until the gate publishes something else. */
export function allocatePermission(): SharedPermissionMemory {
  return new SharedArrayBuffer(BYTES);
}

/**
 * The last question before a picture leaves. The gate was asked when the frame was rendered; frames wait after that, and the
 * gate's thread may be busy or gone: a permission that ran out meanwhile is seen here, whatever that thread does.
 */
export function openPermission(memory: SharedPermissionMemory): SharedPermission {
  const until = new BigInt64Array(memory, 0, 1);
  const reason = new Int32Array(memory, BigInt64Array.BYTES_PER_ELEMENT, 1);
  return {
    publish(standing) {
      if ('shut' in standing) {
        Atomics.store(reason, 0, CLOSED_REASONS.indexOf(standing.shut));
        Atomics.store(until, 0, 0n);
        return;
      }
      // A permission that is not renewed in time runs out: so does the lease, first of all.
      Atomics.store(reason, 0, CLOSED_REASONS.indexOf('lease-lost'));
      Atomics.store(until, 0, BigInt(Math.floor(standing.openUntilMs * US_PER_MS)));
    },
    closedReason(nowMs) {
      if (BigInt(Math.ceil(nowMs * US_PER_MS)) < Atomics.load(until, 0)) return null;
      return CLOSED_REASONS[Atomics.load(reason, 0)] ?? 'no-permit';
    },
  };
}
