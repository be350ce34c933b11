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
