import { smoothstep } from '../mesh/topology.js';

/** Luma below this is treated as this much, or the noise of dark pixels would become colour. */
const DARKEST_LUMA = 28;
/** Below this luma (above black) a pixel's own hue counts less and less. */
const TRUSTED_LUMA = 70;

/** What stays of a chroma sample when light gets stronger or weaker: (C − 128) / (Y − 16). */
export function chromaPerLuma(chroma: number, luma: number): number {
  const y = luma - 16;
  return (chroma - 128) / (y > DARKEST_LUMA ? y : DARKEST_LUMA);
}

/**
 * Keeps a chroma sample near a hue (chroma per luma): the deviation approaches `room` but never reaches it, and dark
 * samples, whose hue is mostly noise, may deviate less.
 */
export function tameChroma(chroma: number, luma: number, hue: number, room: number): number {
  const y = luma - 16;
  const limit = room * smoothstep((y - 6) / (TRUSTED_LUMA - 6)) + 1e-4;
  const off = (chroma - 128) / (y > 1 ? y : 1) - hue;
  return 128 + y * (hue + (off * limit) / (limit + Math.abs(off)));
}
