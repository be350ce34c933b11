import { LANDMARK_COUNT } from '@guise/frame';

import { LEFT_EYE_POINTS, LIPS_POINTS, RIGHT_EYE_POINTS } from '../mesh/attention-indices.js';
import { smoothingFactor } from './one-euro.js';

/** Speeds are in face sizes per second: a filter must not depend on how many pixels a face has. */
const MIN_CUTOFF_HZ = 1.2;
const SPEED_COEFFICIENT = 40;
/** The face as a whole starts moving slowly; lids and lips do not: their speed is believed at once. */
const SPEED_CUTOFF_HZ = 2;
const FAST_SPEED_CUTOFF_HZ = 12;
const FAST_MIN_CUTOFF_HZ = 3;

/** Lids, irises and lips: the points that carry blinks and speech. */
const FAST = (() => {
  const fast = new Uint8Array(LANDMARK_COUNT);
  const lidContour = 32;
  for (const vertex of [...RIGHT_EYE_POINTS.slice(0, lidContour), ...LEFT_EYE_POINTS.slice(0, lidContour)]) {
    fast[vertex] = 1;
  }
  for (const vertex of LIPS_POINTS) fast[vertex] = 1;
  fast.fill(1, 468);
  return fast;
})();

/**
 * One-Euro filter on the mesh, with one speed per point so that x, y and z keep together. Written for speed: 478 points
 * a frame, no allocation but the result.
 */
export class LandmarkSmoother {
  private readonly value = new Float64Array(LANDMARK_COUNT * 3);
  private readonly velocity = new Float64Array(LANDMARK_COUNT * 3);
  private started = false;

  /** @param size face size in pixels (side of its box); @param seconds time since the frame before, > 0. */
  next(landmarks: Float32Array, size: number, seconds: number): Float32Array {
    const { value, velocity } = this;
    if (!this.started) {
      value.set(landmarks);
      this.started = true;
      return landmarks.slice();
    }
    const out = new Float32Array(landmarks.length);
    const slow = smoothingFactor(SPEED_CUTOFF_HZ, seconds);
    const quick = smoothingFactor(FAST_SPEED_CUTOFF_HZ, seconds);
    const perSecond = 1 / (seconds * size);
    for (let vertex = 0, k = 0; vertex < LANDMARK_COUNT; vertex++, k += 3) {
      const fast = FAST[vertex] === 1;
      const follow = fast ? quick : slow;
      let square = 0;
      for (let axis = k; axis < k + 3; axis++) {
        const before = velocity[axis] ?? 0;
        const now = ((landmarks[axis] ?? 0) - (value[axis] ?? 0)) * perSecond;
        const speed = before + follow * (now - before);
        velocity[axis] = speed;
        square += speed * speed;
      }
      const cutoff = (fast ? FAST_MIN_CUTOFF_HZ : MIN_CUTOFF_HZ) + SPEED_COEFFICIENT * Math.sqrt(square);
      const weight = smoothingFactor(cutoff, seconds);
      for (let axis = k; axis < k + 3; axis++) {
        const before = value[axis] ?? 0;
        const now = before + weight * ((landmarks[axis] ?? 0) - before);
        value[axis] = now;
        out[axis] = now;
      }
    }
    return out;
  }
}
