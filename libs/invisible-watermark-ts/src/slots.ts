import { WatermarkError } from './errors.js';
import type { LumaFrame } from './types.js';

/** Time slots per epoch: the epoch boundary inside a window is found to within half of one. */
export const SLOTS_PER_EPOCH = 4;
const SLOT_MS = 1000 / SLOTS_PER_EPOCH;
/** A window has at most so many slots, a minute of whole seconds: each costs a rectified residual of 230 KB. */
const MAX_SLOTS = 60 * SLOTS_PER_EPOCH;

/** Consecutive frames of one slot. */
export interface SlotRun {
  /** Slot of the frames, counted from the first frame's. */
  readonly index: number;
  /** Place of the first of them in the window. */
  readonly firstFrame: number;
  readonly frames: readonly LumaFrame[];
}

/** Cuts a window into slots; one slot for all where a timestamp is missing. */
export function slotRuns(frames: readonly LumaFrame[]): SlotRun[] {
  const start = frames[0]?.timestampMs;
  const runs: { index: number; firstFrame: number; frames: LumaFrame[] }[] = [];
  frames.forEach((frame, position) => {
    const at = frame.timestampMs;
    const index =
      at === undefined || start === undefined ? 0 : Math.max(0, Math.floor((at - start) / SLOT_MS));
    const last = runs.at(-1);
    if (last?.index === index) last.frames.push(frame);
    else runs.push({ index, firstFrame: position, frames: [frame] });
  });
  if (runs.length > MAX_SLOTS)
    throw new WatermarkError(
      'invalid-frames',
      `a window holds frames of at most ${MAX_SLOTS} quarters of a second: pass shorter windows`,
    );
  return runs;
}
