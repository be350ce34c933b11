import type { Box, I420Frame } from '@guise/frame';
import type { StageTimes } from '../stage-times.js';
import { createDenoiser } from './denoise.js';
import { createFillLight } from './fill-light.js';

/** What is done to the camera's picture before anything else sees it. */
export interface CameraWishes {
  /** Shadows are lifted while the face is dark. */
  readonly fillLight: boolean;
  readonly denoise: boolean;
}

/**
 * Improves what a poor camera gives, in place, once for each frame and before anybody looks at it: the session has no other picture
 * of that frame, so whatever is asked of frames (gate, witness, evidence) is asked of the improved one.
 */
export interface CameraCare {
  /** @param enhances whether the machine has time for more than what is needed */
  improve(frame: I420Frame, timestampMs: number, enhances: boolean): void;
  /** Where the largest face was in the frame that was looked at last; null: none was seen. */
  noteFace(face: Box | null): void;
  /** Nothing of the pictures so far may be in the next. */
  forget(): void;
}

/** The steps by name, in their order. */
export const CAMERA_STAGES: readonly string[] = ['denoise', 'fill-light'];

/** How long the last place of a face counts when none is seen. */
const FACE_STANDS_MS = 1_000;

/** Null when nothing is wished. */
export function createCameraCare(
  size: Pick<I420Frame, 'width' | 'height'>,
  { fillLight, denoise }: CameraWishes,
  times: Pick<StageTimes, 'time'>,
): CameraCare | null {
  if (!fillLight && !denoise) return null;
  const denoiser = denoise ? createDenoiser(size) : null;
  const light = fillLight ? createFillLight() : null;
  let face: Box | null = null;
  let seenAtMs = Number.NEGATIVE_INFINITY;
  let lastMs = 0;
  return {
    improve(frame, timestampMs, enhances) {
      lastMs = timestampMs;
      const seen = timestampMs - seenAtMs <= FACE_STANDS_MS ? face : null;
      if (denoiser !== null && enhances)
        times.time('denoise', () => {
          denoiser.apply(frame, seen);
        });
      else denoiser?.forget();
      if (light === null) return;
      times.time('fill-light', () => {
        light.apply(frame, seen, timestampMs);
      });
    },
    noteFace(found) {
      if (found === null) return;
      face = found;
      seenAtMs = lastMs;
    },
    forget() {
      denoiser?.forget();
    },
  };
}
