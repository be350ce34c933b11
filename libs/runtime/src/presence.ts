import type { FaceObservation } from '@guise/frame';

/** How long the last rendered picture stands still when no face is seen: a blink of the detector, not an absence. */
export const NO_FACE_HOLD_MS = 500;
/** How long the gate stays shut after a second face was last seen: detectors lose small faces for some frames. */
export const SECOND_FACE_REOPEN_MS = 500;

/** Who is in the picture. */
export type Presence =
  | { readonly kind: 'one-face'; readonly face: FaceObservation }
  /** Nobody for less than the hold time: the last rendered picture may stand. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'no-face' }
  | { readonly kind: 'second-face' };

export interface PresenceJudge {
  judge(faces: readonly FaceObservation[], timestampMs: number): Presence;
}

export function createPresenceJudge(): PresenceJudge {
  let lastFaceMs = Number.NEGATIVE_INFINITY;
  let lastSecondFaceMs = Number.NEGATIVE_INFINITY;
  return {
    judge(faces, timestampMs) {
      const [face, second] = faces;
      if (second !== undefined) {
        lastSecondFaceMs = timestampMs;
        // No picture from before may stand in for what comes after.
        lastFaceMs = Number.NEGATIVE_INFINITY;
        return { kind: 'second-face' };
      }
      if (timestampMs - lastSecondFaceMs < SECOND_FACE_REOPEN_MS) return { kind: 'second-face' };
      if (face !== undefined) {
        lastFaceMs = timestampMs;
        return { kind: 'one-face', face };
      }
      return { kind: timestampMs - lastFaceMs < NO_FACE_HOLD_MS ? 'hold' : 'no-face' };
    },
  };
}
