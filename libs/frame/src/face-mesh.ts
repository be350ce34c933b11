import {
  CANONICAL_FACE_CM,
  CANONICAL_FACE_UV,
  FACE_POSE_BASIS,
  FACE_TRIANGLES,
} from './face-mesh-geometry.js';

export { CANONICAL_FACE_CM, CANONICAL_FACE_UV, FACE_POSE_BASIS, FACE_TRIANGLES };

/**
 * Named parts of the 478-point mesh, as vertex indices. `left` is the subject's left, the picture's right.
 * Rings are closed (the last vertex joins the first), run clockwise in the picture, and their edges are mesh edges.
 * Source: the connection lists of `@mediapipe/face_mesh@0.4.1657299874` (Apache-2.0), put in order.
 */

/** Vertices of the face surface; the ten after them are the irises. */
export const FACE_VERTEX_COUNT = 468;

/** Outline of the face, from the top of the forehead. */
export const FACE_OVAL: readonly number[] = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
  150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/** Red of the lips, outer edge, from the subject's right corner over the upper lip. */
export const LIPS_OUTER: readonly number[] = [
  61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
];

/** Edge of the mouth opening, from the subject's right corner over the upper lip. */
export const LIPS_INNER: readonly number[] = [
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
];

/** Lid contour of the subject's left eye, from the inner corner over the upper lid. */
export const LEFT_EYE: readonly number[] = [
  362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382,
];

/** Lid contour of the subject's right eye, from the outer corner over the upper lid. */
export const RIGHT_EYE: readonly number[] = [
  33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
];

/** Brow, lower edge then upper edge, each from the outer end inwards. */
export const LEFT_BROW: readonly number[] = [276, 283, 282, 295, 285, 300, 293, 334, 296, 336];
export const RIGHT_BROW: readonly number[] = [46, 53, 52, 65, 55, 70, 63, 105, 66, 107];

/** Iris: its centre, then four points on its edge (picture right, top, left, bottom). */
export const LEFT_IRIS: readonly number[] = [473, 474, 475, 476, 477];
export const RIGHT_IRIS: readonly number[] = [468, 469, 470, 471, 472];

/** Triangles of `FACE_TRIANGLES` that lie within one of the given rings. */
function trianglesWithin(ring: readonly number[]): Uint16Array {
  const inside = new Set(ring);
  return selectTriangles((a, b, c) => inside.has(a) && inside.has(b) && inside.has(c));
}

function selectTriangles(keep: (a: number, b: number, c: number) => boolean): Uint16Array {
  const kept: number[] = [];
  for (let i = 0; i + 2 < FACE_TRIANGLES.length; i += 3) {
    const [a = 0, b = 0, c = 0] = FACE_TRIANGLES.subarray(i, i + 3);
    if (keep(a, b, c)) kept.push(a, b, c);
  }
  return Uint16Array.from(kept);
}

/** Triangles that span the mouth opening (18). */
export const MOUTH_TRIANGLES: Uint16Array = trianglesWithin(LIPS_INNER);
/** Triangles that span the opening of one eye (14 each). */
export const LEFT_EYE_TRIANGLES: Uint16Array = trianglesWithin(LEFT_EYE);
export const RIGHT_EYE_TRIANGLES: Uint16Array = trianglesWithin(RIGHT_EYE);

/** Triangles of the skin: the face without eye and mouth openings (852). */
export const SKIN_TRIANGLES: Uint16Array = (() => {
  const openings = [LIPS_INNER, LEFT_EYE, RIGHT_EYE].map((ring) => new Set(ring));
  return selectTriangles((a, b, c) => !openings.some((ring) => ring.has(a) && ring.has(b) && ring.has(c)));
})();
