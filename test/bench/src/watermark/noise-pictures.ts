import { createSeededRandom } from '@guise/testing';
import type { TimedFrame } from './tally.js';

/** Uniform numbers in [0, 1), the same for the same seed. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  // Mulberry32 by Tommy Ettinger: for pictures, not for keys.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 32 bytes for a key nobody marked with. */
export function seededKey(seed: string): Uint8Array {
  return Uint8Array.from(createSeededRandom(seed)(32));
}

/** Value noise in octaves: the amplitude of each octave is its period to the power `slope` (0 white, 1 natural, 2 clouds). */
export function noisePicture(width: number, height: number, slope: number, seed: number): TimedFrame {
  const random = seededNumbers(seed);
  const sum = new Float32Array(width * height);
  for (let period = 1; period <= 128; period *= 2) addOctave(sum, width, height, period, slope, random);
  let energy = 0;
  for (const value of sum) energy += value * value;
  const scale = (10 + 40 * random()) / Math.sqrt(energy / sum.length);
  const level = 80 + 90 * random();
  const luma = Uint8Array.from(sum, (value) =>
    Math.max(16, Math.min(235, Math.round(level + scale * value))),
  );
  return { luma, width, height, stride: width, timestampMs: 0 };
}

function addOctave(
  sum: Float32Array,
  width: number,
  height: number,
  period: number,
  slope: number,
  random: () => number,
): void {
  const columns = Math.ceil(width / period) + 2;
  const nodes = Float32Array.from(
    { length: columns * (Math.ceil(height / period) + 2) },
    () => (random() - 0.5) * period ** slope,
  );
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / period);
    const v = y / period - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / period);
      const u = x / period - column;
      const i = row * columns + column;
      const top = (nodes[i] ?? 0) * (1 - u) + (nodes[i + 1] ?? 0) * u;
      const bottom = (nodes[i + columns] ?? 0) * (1 - u) + (nodes[i + columns + 1] ?? 0) * u;
      sum[y * width + x] = (sum[y * width + x] ?? 0) + top * (1 - v) + bottom * v;
    }
  }
}
