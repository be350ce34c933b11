import {
  FACE_OVAL,
  LEFT_BROW,
  LEFT_EYE,
  LIPS_INNER,
  LIPS_OUTER,
  planesOf,
  RIGHT_BROW,
  RIGHT_EYE,
  rgbOf,
  type FaceObservation,
  type HeadPose,
  type I420Frame,
} from '@guise/frame';
import { deltaE2000, labOf } from './colour-difference.js';
import { mean, median } from './series.js';

const FEATURES = [
  ...LEFT_EYE,
  ...RIGHT_EYE,
  ...LEFT_BROW,
  ...RIGHT_BROW,
  ...LIPS_INNER,
  ...LIPS_OUTER,
  4,
  152,
];
const [OUTER_RIGHT, OUTER_LEFT, CHIN, FOREHEAD] = [33, 263, 152, 10];

const at = (face: FaceObservation, vertex: number): readonly [number, number] => [
  face.landmarks[vertex * 3] ?? 0,
  face.landmarks[vertex * 3 + 1] ?? 0,
];

function eyeLine(face: FaceObservation) {
  const [ax, ay] = at(face, OUTER_RIGHT);
  const [bx, by] = at(face, OUTER_LEFT);
  return {
    x: (ax + bx) / 2,
    y: (ay + by) / 2,
    dx: bx - ax,
    dy: by - ay,
    length: Math.hypot(bx - ax, by - ay),
  };
}

/** Mean angle between how two heads are turned, each away from its own median, degrees. */
export function poseError(heads: readonly HeadPose[], others: readonly HeadPose[]): number {
  const turns = (all: readonly HeadPose[], of: 'yawDeg' | 'pitchDeg' | 'rollDeg'): readonly number[] => {
    const rest = median(all.map((pose) => pose[of]));
    return all.map((pose) => pose[of] - rest);
  };
  const errors = (['yawDeg', 'pitchDeg', 'rollDeg'] as const).map((of) => {
    const [a, b] = [turns(heads, of), turns(others, of)];
    return a.map((value, i) => value - (b[i] ?? 0));
  });
  return mean(heads.map((_, i) => Math.hypot(...errors.map((one) => one[i] ?? 0))));
}

/** A face moved by less than this from one frame to the next, in distances between the eyes, is still. */
const STILL = 0.012;

export function isStill(before: FaceObservation, now: FaceObservation): boolean {
  const length = eyeLine(now).length;
  const moved = FEATURES.map((vertex) => {
    const [ax, ay] = at(before, vertex);
    const [bx, by] = at(now, vertex);
    return Math.hypot(bx - ax, by - ay);
  });
  return mean(moved) < STILL * length;
}

/** Trembling of a face over three frames, within its box. */
export interface FaceFlicker {
  /** Mean luma by which the middle frame differs from what the other two let expect: even motion cancels out, noise does not. */
  readonly luma: number;
  /** How far a picture of that contrast would have to be moved for that: a crisp picture flickers by less movement than a soft one. */
  readonly px: number;
}

export function faceFlicker(
  frames: readonly [I420Frame, I420Frame, I420Frame],
  { box }: FaceObservation,
): FaceFlicker {
  const [before, now, after] = frames;
  const [a, b, c] = [planesOf(before).y, planesOf(now).y, planesOf(after).y];
  const [left, top] = [Math.max(1, Math.floor(box.x)), Math.max(1, Math.floor(box.y))];
  const { width } = now;
  let [off, slope, count] = [0, 0, 0];
  for (let y = top; y < Math.min(now.height - 1, box.y + box.height); y++)
    for (let x = left; x < Math.min(width - 1, box.x + box.width); x++) {
      const i = y * width + x;
      off += Math.abs((b[i] ?? 0) - ((a[i] ?? 0) + (c[i] ?? 0)) / 2);
      slope += Math.hypot((b[i + 1] ?? 0) - (b[i - 1] ?? 0), (b[i + width] ?? 0) - (b[i - width] ?? 0)) / 2;
      count++;
    }
  return { luma: off / Math.max(1, count), px: off / Math.max(1, slope) };
}

/** Mean step of luma from inside the face's outline to outside, below the ears: what a seam adds to. */
export function outlineStep(frame: I420Frame, face: FaceObservation): number {
  const plane = planesOf(frame).y;
  const luma = (x: number, y: number): number => {
    const [column, row] = [Math.round(x), Math.round(y)];
    const isInside = column >= 0 && row >= 0 && column < frame.width && row < frame.height;
    return isInside ? (plane[row * frame.width + column] ?? 0) : NaN;
  };
  const { x: cx, y: cy } = eyeLine(face);
  const steps = FACE_OVAL.map((vertex) => {
    const [x, y] = at(face, vertex);
    return Math.abs(luma(cx + (x - cx) * 0.93, cy + (y - cy) * 0.93) - luma(x, y));
  });
  return mean(steps.filter(Number.isFinite));
}

/** CIEDE2000 between cheeks and neck. NaN where the neck is below the picture. */
export function neckDifference(frame: I420Frame, face: FaceObservation): number {
  const [chinX, chinY] = at(face, CHIN);
  const tall = chinY - at(face, FOREHEAD)[1];
  const neck = colourAt(frame, chinX, chinY + 0.14 * tall, tall * 0.04);
  const cheeks = [205, 425].map((vertex) => colourAt(frame, ...at(face, vertex), tall * 0.04));
  return deltaE2000(labOf([0, 1, 2].map((k) => mean(cheeks.map((one) => one[k] ?? NaN)))), labOf(neck));
}

function colourAt(frame: I420Frame, x: number, y: number, radius: number): readonly number[] {
  const { y: luma, u, v, chromaWidth } = planesOf(frame);
  const sums = [0, 0, 0];
  let count = 0;
  for (let row = Math.round(y - radius); row <= y + radius; row++)
    for (let column = Math.round(x - radius); column <= x + radius; column++) {
      if (row < 0 || column < 0 || row >= frame.height || column >= frame.width) continue;
      const chroma = (row >> 1) * chromaWidth + (column >> 1);
      rgbOf(luma[row * frame.width + column] ?? 0, u[chroma] ?? 0, v[chroma] ?? 0).forEach((value, k) => {
        sums[k] = (sums[k] ?? 0) + value;
      });
      count++;
    }
  return sums.map((sum) => sum / count);
}
