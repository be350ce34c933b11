import type { I420Frame } from '@guise/frame';
import type { FrameMarker } from './ports.js';

/** Bounds of the luma PSNR that a mark may leave: no change at all, or visible damage, is no mark. */
export const MARK_PSNR_DB = { min: 34, max: 56 } as const;
/** The mark is read back from the first rendered frame, and again after this many epochs. */
export const SELF_TEST_EPOCHS = 10;
/** A re-test may fail on this many frames in a row (a dark or blank scene) before the gate shuts. */
export const SELF_TEST_STRIKES = 3;
/** Every 61st pixel: prime, so that the samples do not line up with rows or with the mark's chips. */
const STEP = 61;

/** Watches the marking: every frame by the change it made, some frames by reading the mark back. */
export interface MarkCheck {
  /** Whether `marked`, made from `drawn`, carries the mark of this epoch. False for good until a read-back succeeds. */
  holds(drawn: I420Frame, marked: I420Frame, epoch: number): boolean;
}

export function createMarkCheck(marker: Pick<FrameMarker, 'readsBack'>): MarkCheck {
  let readAtEpoch: number | null = null;
  let strikes = 0;
  return {
    holds(drawn, marked, epoch) {
      if (!markChangedLuma(drawn, marked)) return false;
      if (readAtEpoch !== null && strikes === 0 && epoch - readAtEpoch < SELF_TEST_EPOCHS) return true;
      if (marker.readsBack(marked, epoch)) {
        readAtEpoch = epoch;
        strikes = 0;
        return true;
      }
      strikes += 1;
      if (strikes >= SELF_TEST_STRIKES) readAtEpoch = null;
      return readAtEpoch !== null;
    },
  };
}

/** Whether marking changed the luma as a mark does, judged on samples of the picture before and after. */
export function markChangedLuma(before: I420Frame, after: I420Frame): boolean {
  const length = before.width * before.height;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < length; i += STEP) {
    const difference = (after.data[i] ?? 0) - (before.data[i] ?? 0);
    sum += difference * difference;
    count += 1;
  }
  if (sum === 0) return false;
  const psnrDb = 10 * Math.log10((255 * 255 * count) / sum);
  return psnrDb >= MARK_PSNR_DB.min && psnrDb <= MARK_PSNR_DB.max;
}
