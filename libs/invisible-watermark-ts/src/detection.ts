import { WatermarkError } from './errors.js';
import type { Detection } from './types.js';

/** Most pictures that are looked for in one window. */
export const MAX_PICTURES = 49;

/** The answer when no picture was read, with what is known about the attempt. */
export function nothingFound({
  frames,
  pilotZ = 0,
  hypotheses = 0,
}: Partial<Detection['statistics']> & { frames: number }): Detection {
  return {
    found: false,
    payload: null,
    geometry: null,
    region: null,
    confidenceLog10: null,
    epochs: [],
    statistics: { pilotZ, payloadZ: 0, timeZ: 0, hypotheses, frames },
  };
}

/** Refuses what is no whole number from 1 to `most`. */
export function checkCount(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new WatermarkError('invalid-option', `${name} is a whole number from 1 to ${most}`);
  return value;
}
