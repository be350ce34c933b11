import type { Size } from './types.js';

/** Keeps flat areas from being blown up to noise, in code values. */
export const ENERGY_FLOOR = 0.25;

/** The part of a padded picture that counts: `size` samples from index `start`, rows `pitch` samples apart. */
export interface InnerPart {
  readonly size: Size;
  readonly start: number;
  readonly pitch: number;
}

/**
 * Divides a picture by its local loudness. The local energy is the mean square under three running means (nearly a Gaussian), the
 * level its root plus ENERGY_FLOOR, and the loudness the level's power 1.5: the mark is nearly as strong in quiet as in busy areas,
 * so that its best weight falls with the level squared; 1 makes every area equally loud, and 1.5 in all was best on natural clips.
 */
export interface Loudness {
  /** Bytes of the buffers. */
  readonly bytes: number;
  /** Adds the divided samples to `sum`, row by row. */
  add(padded: Float32Array, sum: Float32Array): void;
}

/** For every position 1/number of samples that a running mean has there. */
export function meanScales(count: number, reach: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => 1 / (Math.min(count - 1, i + reach) - Math.max(0, i - reach) + 1),
  );
}
