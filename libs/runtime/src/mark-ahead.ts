import { epochOf } from './evidence/epoch.js';
import type { FrameMarker } from './ports.js';

/** Has the next epoch's mark computed before its first frame comes. */
export interface MarkAhead {
  /** To be called when a marked frame has been handed on and nobody waits. Works once per epoch. */
  afterFrame(timestampMs: number): void;
}

export function createMarkAhead(marker: Pick<FrameMarker, 'prepare'>): MarkAhead {
  let prepared = -1;
  return {
    afterFrame(timestampMs) {
      const next = epochOf(timestampMs) + 1;
      if (next <= prepared) return;
      prepared = next;
      try {
        marker.prepare(next);
      } catch {
        // There may be no such epoch (the chain ends, or the file does). If its frame comes, marking says so.
      }
    },
  };
}
