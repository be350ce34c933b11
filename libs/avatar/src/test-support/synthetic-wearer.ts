import { createI420, LEFT_BROW, LIPS_OUTER, planesOf, RIGHT_BROW, type I420Frame } from '@guise/frame';
import { syntheticLandmarks, type SyntheticPose } from './synthetic-face.js';

export interface WearerPaint {
  /** Makes the sensor's noise another one. */
  readonly seed: number;
  /** Exposure. Default 1. */
  readonly gain?: number;
}

/**
 * A camera picture of somebody: skin that is lighter on the forehead and redder on the cheeks, dark brows and red lips where the
 * pose says, before a grey wall, with noise.
 */
export function paintWearer(
  size: { readonly width: number; readonly height: number },
  pose: SyntheticPose,
  { seed, gain = 1 }: WearerPaint,
): I420Frame {
  const frame = createI420(size.width, size.height, 90, 128, 128);
  const landmarks = syntheticLandmarks(pose);
  const { y: luma, u, v, chromaWidth } = planesOf(frame);
  const at = (i: number): readonly [number, number] => [landmarks[i * 3] ?? 0, landmarks[i * 3 + 1] ?? 0];
  const [[browX, browY], [chinX, chinY]] = [at(9), at(152)];
  const tall = Math.hypot(chinX - browX, chinY - browY);
  const [downX, downY] = [(chinX - browX) / tall, (chinY - browY) / tall];
  const paint = (px: number, py: number, y: number, cu: number, cv: number): void => {
    if (px < 0 || py < 0 || px >= size.width || py >= size.height) return;
    luma[py * size.width + px] = y;
    const c = (py >> 1) * chromaWidth + (px >> 1);
    u[c] = cu;
    v[c] = cv;
  };
  for (let py = 0; py < size.height; py++)
    for (let px = 0; px < size.width; px++) {
      const down = ((px - browX) * downX + (py - browY) * downY) / tall;
      const aside = ((px - browX) * downY - (py - browY) * downX) / tall;
      if (Math.hypot(aside / 0.85, (down - 0.35) / 1.1) > 1) continue;
      const cheek = Math.exp(-((Math.abs(aside) - 0.35) ** 2 + (down - 0.45) ** 2) / 0.03);
      paint(px, py, 150 - 22 * down, 110 + 4 * down, 150 + 5 * cheek);
    }
  const disc = (i: number, radiusCm: number, y: number, cu: number, cv: number): void => {
    const [cx, cy] = at(i);
    const r = radiusCm * pose.pxPerCm;
    for (let py = Math.floor(cy - r); py <= cy + r; py++)
      for (let px = Math.floor(cx - r); px <= cx + r; px++)
        if (Math.hypot(px - cx, py - cy) <= r) paint(px, py, y, cu, cv);
  };
  for (const brow of [...LEFT_BROW, ...RIGHT_BROW]) disc(brow, 0.35, 60, 122, 134);
  for (const lip of LIPS_OUTER) disc(lip, 0.3, 105, 116, 165);
  expose(frame, gain, seed);
  return frame;
}

/** Exposure and noise of ±3 code values, the same for the same seed. */
function expose(frame: I420Frame, gain: number, seed: number): void {
  const { y, u, v } = planesOf(frame);
  let state = (seed * 2654435761 + 12345) >>> 0;
  const noise = (range: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32 - 0.5) * 2 * range);
  };
  for (let i = 0; i < y.length; i++) y[i] = 16 + ((y[i] ?? 16) - 16) * gain + noise(3);
  for (const plane of [u, v])
    for (let i = 0; i < plane.length; i++) plane[i] = 128 + ((plane[i] ?? 128) - 128) * gain + noise(1);
}

/**
 * Draws a fist before everything, with its arm below unless told otherwise: skin a little paler and yellower than the wearer's
 * face, with shadows between fingers.
 */
export function holdHand(
  frame: I420Frame,
  hand: { readonly x: number; readonly y: number; readonly radius: number; readonly hasArm?: boolean },
): void {
  const { y, u, v, chromaWidth } = planesOf(frame);
  for (let py = Math.max(0, Math.floor(hand.y - hand.radius)); py < frame.height; py++)
    for (let px = Math.max(0, Math.floor(hand.x - hand.radius)); px < frame.width; px++) {
      const [dx, dy] = [(px - hand.x) / hand.radius, (py - hand.y) / hand.radius];
      if (Math.hypot(dx, hand.hasArm === false ? dy : Math.min(0, dy)) > 1) continue;
      const between = Math.cos(dx * 9) > 0.93 ? 25 : 0;
      y[py * frame.width + px] = 158 - between - 12 * dx;
      const c = (py >> 1) * chromaWidth + (px >> 1);
      u[c] = 106;
      v[c] = 146;
    }
}
