import { FRACTION_ONE } from './fixed-point.js';

/** Strength of the mark at σ = 0, in map units, and its ceiling in busy areas (WATERMARK measurements, 42 dB). */
export const FLAT_STRENGTH = 2;
export const MAX_STRENGTH = 10;
/** Below this luma the mark is weakened, down to 0.75 at black: eyes see noise in shadows. */
const DARK_LUMA = 60;
export const DARK_FACTOR = 0.75;
/** Change of that factor per code value. */
export const DARK_SLOPE = Math.fround((1 - DARK_FACTOR) / DARK_LUMA);
/** Strengths are stored in 1/2048 of a map unit: MAX_STRENGTH fits 16 bits. */
export const STRENGTH_ONE = 2048;

/**
 * How strong the mark may be: grows with local activity (the deviation from the local mean, so that a smooth shade on a cheek or
 * a wall counts as flat), stays low in flat areas beside strong edges (erosion), lower in the dark. One value per block of
 * the frame, spread linearly between block centres. Reuses its buffers.
 */
export interface StrengthMap {
  /** Side of a block in frame pixels. */
  readonly block: number;
  /** Number of block rows. */
  readonly rows: number;
  /** In 1/STRENGTH_ONE, one row of `width` pixels per block row. */
  readonly strength: Int16Array;
  /** Mean of the squared strength over the blocks, in map units. */
  readonly energy: number;
  update(luma: Uint8Array, stride: number): void;
}

/** No pixel changes by more than this many code values. */
export const MAX_AMPLITUDE = 7;
/** Field values are stored in 1/24 of a standard deviation: 8 bits reach ±5.3. */
export const FIELD_UNIT = 1 / 24;

/** Turns a gain into the factor g with which q15(q15(strength, g), field) is the change in code values. */
export function fixedGain(gain: number): number {
  return Math.round((gain * FIELD_UNIT * FRACTION_ONE ** 2) / STRENGTH_ONE);
}
