import { WatermarkError } from './errors.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH } from './format.js';
import type { Geometry, LumaFrame, Size } from './types.js';

/** Affine map x = a·X + b·Y + c, y = d·X + e·Y + f. */
export type Affine = readonly [number, number, number, number, number, number];

/** `outer` after `inner`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

export function invert(map: Affine): Affine {
  const [a, b, c, d, e, f] = map;
  const det = a * e - b * d;
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
}

/** Scales and moves so that pixel areas match: sample centres are integers, so (x + ½) scales. */
export function resizeMap(scaleX: number, scaleY: number): Affine {
  return [scaleX, 0, scaleX / 2 - 0.5, 0, scaleY, scaleY / 2 - 0.5];
}

/**
 * How the embedder lays the canonical grid over a frame: centred, one scale in both directions, just large enough to
 * cover it; upright frames take the transposed grid. `scale` is frame pixels per canonical pixel.
 */
export function coverGeometry({ width, height }: Size): { toFrame: Affine; scale: number } {
  const centreX = (CANONICAL_WIDTH - 1) / 2;
  const centreY = (CANONICAL_HEIGHT - 1) / 2;
  if (height > width) {
    const s = Math.max(height / CANONICAL_WIDTH, width / CANONICAL_HEIGHT);
    return { scale: s, toFrame: [0, s, (width - 1) / 2 - s * centreY, s, 0, (height - 1) / 2 - s * centreX] };
  }
  const s = Math.max(width / CANONICAL_WIDTH, height / CANONICAL_HEIGHT);
  return { scale: s, toFrame: [s, 0, (width - 1) / 2 - s * centreX, 0, s, (height - 1) / 2 - s * centreY] };
}

/** Refuses a geometry that is not finite, has no area, or belongs to frames of another size. */
export function checkGeometry(geometry: Geometry, frame: Size): Affine {
  const map = geometry.toFrame;
  const determinant = map[0] * map[4] - map[1] * map[3];
  const scale = Math.sqrt(Math.abs(determinant));
  if (!map.every(Number.isFinite) || !(scale > 1e-3 && scale < 1e3))
    throw new WatermarkError('invalid-geometry', 'a geometry is six finite numbers of an invertible map');
  if (geometry.width !== frame.width || geometry.height !== frame.height)
    throw new WatermarkError('invalid-geometry', 'the geometry belongs to frames of another size');
  return map;
}

/** Bounds of received frames: smaller ones hold no mark, larger ones are the caller's to scale down. */
const MIN_SIDE = 32;
const MAX_SIDE = 8192;

/** Refuses a frame whose size, stride and bytes do not agree. */
export function checkFrame(frame: LumaFrame): void {
  const { luma, width, height, stride } = frame;
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < MIN_SIDE || side > MAX_SIDE)
      throw new WatermarkError(
        'invalid-size',
        `a frame measures ${MIN_SIDE} to ${MAX_SIDE} pixels on each side`,
      );
  checkPlane(luma, width, height, stride);
}

/** Refuses a plane that is too short for its size. */
export function checkPlane(luma: Uint8Array, width: number, height: number, stride: number): void {
  if (!(luma instanceof Uint8Array))
    throw new WatermarkError('invalid-frames', 'luma is a Uint8Array of 8-bit samples');
  if (!Number.isInteger(stride) || stride < width)
    throw new WatermarkError('invalid-stride', 'the stride is an integer of at least the width, in bytes');
  if (luma.length < stride * (height - 1) + width)
    throw new WatermarkError('invalid-stride', 'the luma plane is shorter than its size and stride say');
}

/** Refuses a media time that is none. */
export function checkTimestamp(timestampMs: number): void {
  if (!Number.isFinite(timestampMs))
    throw new WatermarkError('invalid-frames', 'a timestamp is a finite number of milliseconds');
}
