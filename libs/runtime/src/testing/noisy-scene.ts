import { createI420, planesOf, type I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';

export const SCENE = { width: 128, height: 96 } as const;

/** A still grey room with a bright bar in it, whose left edge is at `barX`; null: without the bar. */
export function scene(barX: number | null, background = 70, bar = 160): I420Frame {
  const frame = createI420(SCENE.width, SCENE.height, background, 118, 136);
  const { y } = planesOf(frame);
  if (barX !== null)
    for (let row = 0; row < SCENE.height; row++)
      y.fill(bar, row * SCENE.width + barX, row * SCENE.width + Math.min(SCENE.width, barX + 24));
  return frame;
}

/** Adds noise of this spread to luma and half of it to chroma: sums of six bytes, nearly normal. */
export function withNoise(frame: I420Frame, sigma: number, seed: string): I420Frame {
  const bytes = createSeededRandom(seed)(6 * frame.data.length);
  // Variance of a byte: (256² − 1) / 12.
  const unit = Math.sqrt((6 * (256 ** 2 - 1)) / 12);
  const data = frame.data.map((code, i) => {
    let sum = -6 * 127.5;
    for (let k = 0; k < 6; k++) sum += bytes[6 * i + k] ?? 0;
    const spread = i < frame.width * frame.height ? sigma : sigma / 2;
    return Math.round(Math.max(0, Math.min(255, code + (spread * sum) / unit)));
  });
  return { ...frame, data };
}

/** Mean and spread of what differs from the truth, over the samples from … to. */
export function errorOf(frame: I420Frame, truth: I420Frame, from = 0, to = SCENE.width * SCENE.height) {
  let [sum, squares] = [0, 0];
  for (let i = from; i < to; i++) {
    const error = (frame.data[i] ?? 0) - (truth.data[i] ?? 0);
    sum += error;
    squares += error ** 2;
  }
  const count = to - from;
  return { mean: sum / count, sigma: Math.sqrt(squares / count - (sum / count) ** 2) };
}
