import {
  CANONICAL_FACE_CM,
  FACE_OVAL,
  FACE_TRIANGLES,
  planesOf,
  type FaceObservation,
  type I420Frame,
} from '@guise/frame';

/** Triangles within so much of the outline, and so far aside, are the side of a face. */
const RIM_CM = 3.2;
const ASIDE_CM = 3;
/** Below the forehead, whose upper part an overlay leaves to the wearer. */
const BELOW_CM = -5;
/** What is finer is the camera's noise, and what is broader the light's, over the face's width. */
const FINE_PX = 2;
const BROAD_SHARE = 0.06;

/**
 * How much stands on the cheek that is turned to the camera and is not on the true face: the root mean square of the
 * luma's difference, without what is finer than skin's own structure or as broad as light.
 * @param turnedTo > 0: the nose points to the picture's right
 */
export function stainOf(shown: I420Frame, truth: I420Frame, face: FaceObservation, turnedTo: number): number {
  const { width, height } = shown;
  const [a, b] = [planesOf(shown).y, planesOf(truth).y];
  const difference = Float32Array.from(a, (value, i) => value - (b[i] ?? 0));
  const fine = boxMean(difference, width, height, FINE_PX);
  const broad = boxMean(difference, width, height, Math.round(face.box.width * BROAD_SHARE));
  let sum = 0;
  let count = 0;
  for (const i of pixelsOfSide(face, turnedTo > 0 ? -1 : 1, width, height)) {
    sum += ((fine[i] ?? 0) - (broad[i] ?? 0)) ** 2;
    count += 1;
  }
  return Math.sqrt(sum / count);
}

/** Pixels of one side of the face; `side` −1 is the picture's left of a face that looks ahead. */
function* pixelsOfSide(
  face: FaceObservation,
  side: -1 | 1,
  width: number,
  height: number,
): Generator<number> {
  const at = (vertex: number, axis: 0 | 1): number => face.landmarks[vertex * 3 + axis] ?? 0;
  for (const [a, b, c] of sideTriangles(side)) {
    const [ax, ay, bx, by, cx, cy] = [at(a, 0), at(a, 1), at(b, 0), at(b, 1), at(c, 0), at(c, 1)];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (Math.abs(area) < 1) continue;
    const [top, bottom] = [Math.max(0, Math.ceil(Math.min(ay, by, cy))), Math.max(ay, by, cy)];
    const [left, right] = [Math.max(0, Math.ceil(Math.min(ax, bx, cx))), Math.max(ax, bx, cx)];
    for (let y = top; y <= Math.min(height - 1, bottom); y++)
      for (let x = left; x <= Math.min(width - 1, right); x++) {
        const wb = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
        const wc = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
        if (wb >= 0 && wc >= 0 && wb + wc <= 1) yield y * width + x;
      }
  }
}

function sideTriangles(side: -1 | 1): readonly (readonly [number, number, number])[] {
  const c = (vertex: number, axis: number): number => CANONICAL_FACE_CM[vertex * 3 + axis] ?? 0;
  const toOutline = (vertex: number): number =>
    Math.min(...FACE_OVAL.map((of) => Math.hypot(...[0, 1, 2].map((axis) => c(of, axis) - c(vertex, axis)))));
  const found: (readonly [number, number, number])[] = [];
  for (let t = 0; t + 2 < FACE_TRIANGLES.length; t += 3) {
    const corners = [FACE_TRIANGLES[t] ?? 0, FACE_TRIANGLES[t + 1] ?? 0, FACE_TRIANGLES[t + 2] ?? 0] as const;
    const mean = (axis: number): number => corners.reduce((sum, vertex) => sum + c(vertex, axis), 0) / 3;
    if (mean(0) * side > ASIDE_CM && mean(1) > BELOW_CM && corners.every((v) => toOutline(v) < RIM_CM))
      found.push(corners);
  }
  return found;
}

/** Mean over a (2 r + 1)² square; outside the picture is nothing. */
function boxMean(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = slide(values, height, width, width, 1, radius);
  return slide(rows, width, height, 1, width, radius);
}

function slide(
  values: Float32Array,
  lines: number,
  length: number,
  line: number,
  step: number,
  radius: number,
): Float32Array {
  const out = new Float32Array(values.length);
  for (let l = 0; l < lines; l++) {
    let sum = 0;
    for (let k = -radius; k < length; k++) {
      const enter = k + radius;
      const leave = k - radius - 1;
      if (enter < length) sum += values[l * line + enter * step] ?? 0;
      if (leave >= 0) sum -= values[l * line + leave * step] ?? 0;
      if (k >= 0) out[l * line + k * step] = sum / (2 * radius + 1);
    }
  }
  return out;
}
