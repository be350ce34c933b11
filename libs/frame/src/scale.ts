import { createI420, planesOf, type I420Frame } from './i420.js';
import { toByte } from './colour.js';
import type { Box } from './face.js';

/** For each output sample: its first input sample and the weights of the run that starts there. */
interface Taps {
  readonly first: Int32Array;
  readonly count: number;
  /** `count` weights per output sample, adding up to 1. */
  readonly weights: Float32Array;
}

/**
 * Tent filter of radius max(1, source/target) input samples, sample centres at half-integers: bilinear when
 * enlarging, area-aware when reducing. Weights outside the plane go to its border sample.
 */
function tentTaps(source: number, target: number): Taps {
  const ratio = source / target;
  const radius = Math.max(1, ratio);
  const count = Math.min(source, Math.ceil(radius * 2) + 1);
  const first = new Int32Array(target);
  const weights = new Float32Array(target * count);
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) * ratio - 0.5;
    const low = Math.floor(centre - radius) + 1;
    const start = Math.max(0, Math.min(low, source - count));
    first[i] = start;
    let sum = 0;
    for (let s = low; s <= Math.ceil(centre + radius) - 1; s++) {
      const weight = 1 - Math.abs(s - centre) / radius;
      const k = i * count + Math.max(0, Math.min(count - 1, Math.max(0, Math.min(source - 1, s)) - start));
      weights[k] = (weights[k] ?? 0) + weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) weights[i * count + k] = (weights[i * count + k] ?? 0) / sum;
  }
  return { first, count, weights };
}

/** Scales one 8-bit plane (see {@link scaleI420}). */
export function scalePlane(
  source: Uint8Array,
  width: number,
  height: number,
  targetWidth: number,
  targetHeight: number,
): Uint8Array {
  if (width === targetWidth && height === targetHeight) return source.slice();
  const across = tentTaps(width, targetWidth);
  const down = tentTaps(height, targetHeight);
  const rows = new Float32Array(targetWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < targetWidth; x++) {
      const base = y * width + (across.first[x] ?? 0);
      let sum = 0;
      for (let k = 0; k < across.count; k++)
        sum += (across.weights[x * across.count + k] ?? 0) * (source[base + k] ?? 0);
      rows[y * targetWidth + x] = sum;
    }
  }
  const target = new Uint8Array(targetWidth * targetHeight);
  for (let y = 0; y < targetHeight; y++) {
    const base = (down.first[y] ?? 0) * targetWidth;
    for (let x = 0; x < targetWidth; x++) {
      let sum = 0;
      for (let k = 0; k < down.count; k++)
        sum += (down.weights[y * down.count + k] ?? 0) * (rows[base + k * targetWidth + x] ?? 0);
      target[y * targetWidth + x] = toByte(sum);
    }
  }
  return target;
}

/** Scales a frame with a tent filter: bilinear when enlarging, area-aware when reducing. */
export function scaleI420(frame: I420Frame, width: number, height: number): I420Frame {
  const target = createI420(width, height);
  const from = planesOf(frame);
  const to = planesOf(target);
  to.y.set(scalePlane(from.y, frame.width, frame.height, width, height));
  to.u.set(scalePlane(from.u, from.chromaWidth, from.chromaHeight, to.chromaWidth, to.chromaHeight));
  to.v.set(scalePlane(from.v, from.chromaWidth, from.chromaHeight, to.chromaWidth, to.chromaHeight));
  return target;
}

/**
 * Cuts a rectangle out. It is intersected with the frame, and its corner is moved to even coordinates so that
 * chroma stays exact.
 * @throws RangeError when nothing is left
 */
export function cropI420(frame: I420Frame, box: Box): I420Frame {
  const left = Math.max(0, Math.floor(box.x));
  const top = Math.max(0, Math.floor(box.y));
  const x1 = Math.min(frame.width, Math.ceil(box.x + box.width));
  const y1 = Math.min(frame.height, Math.ceil(box.y + box.height));
  if (!(box.width > 0 && box.height > 0 && x1 > left && y1 > top))
    throw new RangeError('the rectangle is empty or lies outside the frame');
  const x0 = left & ~1;
  const y0 = top & ~1;
  const target = createI420(x1 - x0, y1 - y0);
  const from = planesOf(frame);
  const to = planesOf(target);
  copyRows(from.y, frame.width, x0, y0, to.y, target.width, target.height);
  copyRows(from.u, from.chromaWidth, x0 >> 1, y0 >> 1, to.u, to.chromaWidth, to.chromaHeight);
  copyRows(from.v, from.chromaWidth, x0 >> 1, y0 >> 1, to.v, to.chromaWidth, to.chromaHeight);
  return target;
}

function copyRows(
  from: Uint8Array,
  fromWidth: number,
  x0: number,
  y0: number,
  to: Uint8Array,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    const start = (y0 + y) * fromWidth + x0;
    to.set(from.subarray(start, start + width), y * width);
  }
}
