import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeClock } from '@guise/runtime';

/** Reads the same in every thread of a process: `performance.now()` counts from the start of its own thread. */
export const SHARED_CLOCK: RuntimeClock & { readonly pause: (ms: number) => Promise<void> } = {
  wallMs: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  // A pause alone keeps nothing alive: a session that is over has nothing to wait for.
  pause: (ms) => sleep(ms, undefined, { ref: false }),
};
