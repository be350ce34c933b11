import { i420ToRgb, scaleI420, type I420Frame, type RgbImage } from '@guise/frame';

const PICTURES = 6;
const SIZE = { width: 480, height: 270 } as const;

/** One instant: what the camera saw and what was shown instead. */
export interface Pair {
  readonly camera: I420Frame;
  readonly shown: I420Frame;
}

/** Pictures over time, camera above, output below. */
export function stripOf(pairs: readonly Pair[]): RgbImage {
  const count = Math.min(PICTURES, pairs.length);
  const { width, height } = SIZE;
  const data = new Uint8Array(count * width * 2 * height * 3);
  const strip = { width: count * width, height: 2 * height, data };
  const paste = (frame: I420Frame, column: number, row: number): void => {
    const tile = i420ToRgb(scaleI420(frame, width, height));
    for (let y = 0; y < height; y++)
      data.set(
        tile.data.subarray(y * width * 3, (y + 1) * width * 3),
        ((row * height + y) * strip.width + column * width) * 3,
      );
  };
  for (let k = 0; k < count; k++) {
    const pair = pairs[Math.floor(((k + 0.5) * pairs.length) / count)];
    if (pair === undefined) continue;
    paste(pair.camera, k, 0);
    paste(pair.shown, k, 1);
  }
  return strip;
}
