import type { FaceObservation } from '@guise/frame';
import type { CaptureFrame } from '@guise/liveness';

/** Lips this little apart, over their width, are shut for the eye. */
const SHUT_MOUTH = 0.06;

export interface FaceAtRest {
  readonly index: number;
  readonly face: FaceObservation;
}

/**
 * The frame whose face is most at rest: a portrait shows it whenever the wearer is, and cannot shut a mouth that its
 * picture shows open. The first of the best frames with a shut mouth, else that with the least open one.
 * @param best frames in order of preference
 */
export function mostAtRest(frames: readonly CaptureFrame[], best: readonly number[]): FaceAtRest | null {
  const candidates = best.flatMap((index): readonly FaceAtRest[] => {
    const [face] = frames[index]?.faces ?? [];
    return face === undefined ? [] : [{ index, face }];
  });
  const mouthOf = ({ face }: FaceAtRest): number => Math.max(SHUT_MOUTH, face.expression.mouthOpen);
  return candidates.reduce<FaceAtRest | null>(
    (rest, next) => (rest !== null && mouthOf(rest) <= mouthOf(next) ? rest : next),
    null,
  );
}
