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

/** Features in a frame that the outer corners of the eyes span: x, y in distances between them. */
function featuresOf(face: FaceObservation): readonly number[] {
  const { x, y, dx, dy, length } = eyeLine(face);
  return FEATURES.flatMap((vertex) => {
    const [px, py] = at(face, vertex);
    const [ox, oy] = [px - x, py - y];
    return [(ox * dx + oy * dy) / length ** 2, (oy * dx - ox * dy) / length ** 2];
  });
}

/**
 * Mean distance between where features are moved and where the wearer moved them, in distances between the outer
 * corners of the eyes; each face is compared with its own median, so that proportions do not count.
 */
export function featureError(
  inputs: readonly FaceObservation[],
  outputs: readonly FaceObservation[],
): number {
  const moved = (faces: readonly FaceObservation[]): readonly (readonly number[])[] => {
    const all = faces.map(featuresOf);
    const rest = FEATURES.flatMap((_, k) =>
      [2 * k, 2 * k + 1].map((i) => median(all.map((one) => one[i] ?? 0))),
    );
    return all.map((one) => one.map((value, i) => value - (rest[i] ?? 0)));
  };
  const [wearer, avatar] = [moved(inputs), moved(outputs)];
  return mean(
    wearer.flatMap((one, frame) =>
      FEATURES.map((_, k) => {
        const other = avatar[frame] ?? [];
        return Math.hypot(
          (one[2 * k] ?? 0) - (other[2 * k] ?? 0),
          (one[2 * k + 1] ?? 0) - (other[2 * k + 1] ?? 0),
        );
      }),
    ),
  );
}

/** Mean difference of the head's turns, each away from its own median, degrees. */
export function poseError(inputs: readonly FaceObservation[], outputs: readonly FaceObservation[]): number {
  const turns = (
    faces: readonly FaceObservation[],
    of: 'yawDeg' | 'pitchDeg' | 'rollDeg',
  ): readonly number[] => {
    const all = faces.map(({ pose }) => pose[of]);
    const rest = median(all);
    return all.map((value) => value - rest);
  };
  const errors = (['yawDeg', 'pitchDeg', 'rollDeg'] as const).map((of) => {
    const [a, b] = [turns(inputs, of), turns(outputs, of)];
    return a.map((value, i) => value - (b[i] ?? 0));
  });
  return mean(inputs.map((_, i) => Math.hypot(...errors.map((one) => one[i] ?? 0))));
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

/** Mean change of luma within the face's box, code values. */
export function faceChange(before: I420Frame, now: I420Frame, { box }: FaceObservation): number {
  const [a, b] = [planesOf(before).y, planesOf(now).y];
  let sum = 0;
  let count = 0;
  for (let y = Math.max(0, Math.floor(box.y)); y < Math.min(now.height, box.y + box.height); y++)
    for (let x = Math.max(0, Math.floor(box.x)); x < Math.min(now.width, box.x + box.width); x++) {
      sum += Math.abs((a[y * now.width + x] ?? 0) - (b[y * now.width + x] ?? 0));
      count++;
    }
  return sum / Math.max(1, count);
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
