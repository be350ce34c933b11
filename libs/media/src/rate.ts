import type { FrameRate } from './types.js';

/** Rates that cameras and programs mean when a container says 29.87 or 15.02. */
const USUAL: readonly FrameRate[] = [
  { num: 10, den: 1 },
  { num: 12, den: 1 },
  { num: 15, den: 1 },
  { num: 20, den: 1 },
  { num: 24_000, den: 1001 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30_000, den: 1001 },
  { num: 30, den: 1 },
  { num: 48, den: 1 },
  { num: 50, den: 1 },
  { num: 60_000, den: 1001 },
  { num: 60, den: 1 },
];
/** An evidence epoch holds at most 240 frames a second; nothing in a meeting shows more than 60. */
const MAX_FPS = 60;
const MIN_FPS = 1;
const FALLBACK: FrameRate = { num: 30, den: 1 };

export function rateValue(rate: FrameRate): number {
  return rate.num / rate.den;
}

/** Reads ffprobe's `30000/1001`; null for `0/0` and anything else that is no rate. */
export function parseRate(text: string | undefined): FrameRate | null {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text ?? '');
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  return num > 0 && den > 0 ? { num, den } : null;
}

/**
 * The constant rate at which a file is processed. Uneven material is resampled to it by time (pictures are repeated or
 * left out), so that media time and sound stay true.
 */
export function chooseRate(average: FrameRate | null, variable: boolean): FrameRate {
  if (average === null) return FALLBACK;
  const value = rateValue(average);
  if (value > MAX_FPS) return { num: MAX_FPS, den: 1 };
  if (value < MIN_FPS) return { num: MIN_FPS, den: 1 };
  if (!variable) return average;
  const near = USUAL.filter((rate) => Math.abs(rateValue(rate) / value - 1) < 0.02);
  const [best] = near.sort((a, b) => Math.abs(rateValue(a) - value) - Math.abs(rateValue(b) - value));
  return best ?? { num: Math.round(value * 1000), den: 1000 };
}
