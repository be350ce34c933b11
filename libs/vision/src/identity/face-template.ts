import type { Point } from '../patch/affine.js';

/** Side of the aligned face that identity networks of the ArcFace family expect. */
export const ALIGNED_SIDE = 112;

/**
 * Where the eyes (subject's right first), nose tip and mouth corners lie in the aligned 112² face.
 * Source: InsightFace, the template its published networks were trained with.
 */
export const ALIGNED_POINTS: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** Mesh vertices whose mean stands for each of those five points. */
const VERTICES: readonly (readonly number[])[] = [
  [33, 133, 159, 145],
  [362, 263, 386, 374],
  [1, 4],
  [61],
  [291],
];

/** The five points of a face in frame pixels. */
export function alignmentPoints(landmarks: Float32Array): Point[] {
  const mean = (vertices: readonly number[], axis: 0 | 1): number =>
    vertices.reduce((sum, vertex) => sum + (landmarks[vertex * 3 + axis] ?? NaN), 0) / vertices.length;
  return VERTICES.map((vertices) => [mean(vertices, 0), mean(vertices, 1)]);
}
