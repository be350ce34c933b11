import { LEFT_EYE, RIGHT_EYE } from '@guise/frame';

export type Point = readonly [x: number, y: number];

/** Axes of a face in its picture: x to the subject's left, y down, 1 the distance between the eyes, 0 midway between them. */
export interface FaceFrame {
  /** Pixels between the eyes. */
  readonly unitPx: number;
  readonly rightEye: Point;
  readonly leftEye: Point;
  /** A point of these axes in pixels. */
  toPicture(point: Point): Point;
  /** A vertex of the mesh in pixels. */
  vertex(index: number): Point;
}

/** @param landmarks 478 × (x, y, z), pixels, as `FaceObservation` has them */
export function faceFrame(landmarks: Float32Array): FaceFrame {
  const vertex = (index: number): Point => [landmarks[index * 3] ?? 0, landmarks[index * 3 + 1] ?? 0];
  const middle = (ring: readonly number[]): Point => {
    const sum = ring.map(vertex).reduce(([x, y], [u, v]) => [x + u, y + v], [0, 0]);
    return [sum[0] / ring.length, sum[1] / ring.length];
  };
  const rightEye = middle(RIGHT_EYE);
  const leftEye = middle(LEFT_EYE);
  const [dx, dy] = [leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]];
  const [cx, cy] = [(leftEye[0] + rightEye[0]) / 2, (leftEye[1] + rightEye[1]) / 2];
  return {
    unitPx: Math.hypot(dx, dy),
    rightEye,
    leftEye,
    toPicture: ([x, y]) => [cx + x * dx - y * dy, cy + x * dy + y * dx],
    vertex,
  };
}
