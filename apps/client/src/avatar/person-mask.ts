import type { PersonMask } from '@guise/avatar';
import { FACE_VERTEX_COUNT } from '@guise/frame';
import type { Vision } from '@guise/vision';
import type { Portrait } from './cut-out.js';

/** A mask that shows less than this share of the face's mesh as person has not understood the picture. */
const LEAST_FACE_SHARE = 0.9;
const LIKELY = 0.5;

/**
 * Tells the person in a portrait from the background. Null when the network sees no person where the face is (drawn
 * characters, some paintings): renderers guess the outline then.
 */
export async function maskPerson(
  vision: Pick<Vision, 'segmentPerson'>,
  { frame, landmarks }: Portrait,
): Promise<PersonMask | null> {
  const { width, height, data } = await vision.segmentPerson(frame);
  const likelihoodAt = (vertex: number): number => {
    const column = Math.floor(((landmarks[vertex * 3] ?? 0) / frame.width) * width);
    const row = Math.floor(((landmarks[vertex * 3 + 1] ?? 0) / frame.height) * height);
    return column >= 0 && column < width && row >= 0 ? (data[row * width + column] ?? 0) : 0;
  };
  const vertices = Array.from({ length: FACE_VERTEX_COUNT }, (_, vertex) => likelihoodAt(vertex));
  const covered = vertices.filter((likelihood) => likelihood >= LIKELY).length;
  if (covered < LEAST_FACE_SHARE * FACE_VERTEX_COUNT) return null;
  return { width, height, data: Uint8Array.from(data, (share) => Math.round(255 * share)) };
}
