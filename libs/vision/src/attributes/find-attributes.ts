import type { I420Frame } from '@guise/frame';
import { beardStrength } from './beard.js';
import { glassesStrength } from './glasses.js';
import { uprightFace } from './upright-face.js';
import { skinLight } from './zones.js';

/** What may lie on a face that is no part of it for another wearer. */
export const FACE_ATTRIBUTES = ['glasses', 'beard'] as const;
export type FaceAttribute = (typeof FACE_ATTRIBUTES)[number];

/** `clear`: so strong that no bare face measured had it. `possible`: some bare faces have it; ask the person. */
export interface AttributeFinding {
  readonly attribute: FaceAttribute;
  readonly certainty: 'clear' | 'possible';
}

/**
 * From `npm run bench -- attributes`, and ADR 0019: bare faces stay below 0.15 and 1.7; nearly all glasses of acetate and beards are above
 * what is clear, two thirds of wire frames.
 */
export const ATTRIBUTE_THRESHOLDS: Readonly<
  Record<FaceAttribute, { readonly possible: number; readonly clear: number }>
> = {
  glasses: { possible: 0.1, clear: 0.18 },
  beard: { possible: 0.5, clear: 2 },
};

/** How strongly a face looks like wearing each; numbers of their own scales, see {@link ATTRIBUTE_THRESHOLDS}. */
export function measureAttributes(
  frame: I420Frame,
  landmarks: Float32Array,
): Readonly<Record<FaceAttribute, number>> {
  const face = uprightFace(frame, landmarks);
  return { glasses: glassesStrength(face), beard: beardStrength(face) };
}

/**
 * What a face wears in a picture, by classical measures of its pixels under the mesh; no network. Faces seen from the front:
 * beyond some 20° of yaw the far side says little. Stubble is skin; rims that are hardly to be seen are not found.
 * @param landmarks 478 × (x, y, z), pixels of the frame
 * @throws VisionError `bad-frame` when frame or mesh are malformed
 */
export function findAttributes(frame: I420Frame, landmarks: Float32Array): readonly AttributeFinding[] {
  const strengths = measureAttributes(frame, landmarks);
  return FACE_ATTRIBUTES.flatMap((attribute): readonly AttributeFinding[] => {
    const { possible, clear } = ATTRIBUTE_THRESHOLDS[attribute];
    const strength = strengths[attribute];
    if (strength < possible) return [];
    return [{ attribute, certainty: strength < clear ? 'possible' : 'clear' }];
  });
}

/**
 * Light of the cheeks, code values above black, 0–219: two pictures of one face in one light have the same.
 * @throws VisionError `bad-frame` when frame or mesh are malformed
 */
export function measureSkinLight(frame: I420Frame, landmarks: Float32Array): number {
  return skinLight(uprightFace(frame, landmarks));
}
