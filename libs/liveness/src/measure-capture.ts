import type { FaceObservation } from '@guise/frame';

import { LivenessError } from './errors.js';
import { nonPlanarMotion, reliableFaces, shapeStretch } from './flatness.js';
import { agreeOnIdentity } from './identity-agreement.js';
import { median, spread } from './statistics.js';
import type { CaptureFrame, CaptureMeasures } from './types.js';

/** Share of the face box that must be in the frame to call the face whole. */
const WHOLE_FACE = 0.95;

/** The numbers that the judgement rests on. */
export function measureCapture(frames: readonly CaptureFrame[]): CaptureMeasures {
  checkObservations(frames);
  const faces = frames.flatMap(({ faces: [face] }) => (face ? [face] : []));
  const whole = frames.flatMap((frame) => {
    const [face] = frame.faces;
    return face && isWhole(face, frame) ? [face] : [];
  });
  const shape = reliableFaces(whole);
  const spoofScores = frames.flatMap(({ spoofScore }) => (spoofScore === undefined ? [] : [spoofScore]));
  const embeddings = frames.flatMap(({ embedding }) => (embedding ? [embedding] : []));
  return {
    framesSeen: frames.length,
    durationSeconds: ((frames.at(-1)?.timestampMs ?? 0) - (frames[0]?.timestampMs ?? 0)) / 1000,
    faceShare: share(faces.length, frames.length),
    severalFacesShare: share(frames.filter((frame) => frame.faces.length > 1).length, frames.length),
    inPictureShare: share(whole.length, faces.length),
    faceWidthPx: faces.length > 0 ? median(faces.map(({ box }) => box.width)) : 0,
    ...agreeOnIdentity(embeddings),
    identitySamples: embeddings.length,
    spoofMedian: spoofScores.length > 0 ? median(spoofScores) : 0,
    yawSpreadDeg: spread(whole.map(({ pose }) => pose.yawDeg)),
    pitchSpreadDeg: spread(whole.map(({ pose }) => pose.pitchDeg)),
    lidSpread: lidSpread(whole),
    mouthSpread: spread(whole.map(({ expression }) => expression.mouthOpen)),
    nonPlanarMotion: nonPlanarMotion(shape),
    shapeStretch: shapeStretch(shape),
  };
}

function checkObservations(frames: readonly CaptureFrame[]): void {
  frames.forEach(({ timestampMs, width, height, spoofScore, faces }, i) => {
    const before = frames[i - 1]?.timestampMs ?? -Infinity;
    const numbers = [timestampMs, width, height, spoofScore ?? 0];
    const measured = faces.every(({ pose, expression, box }) =>
      [pose, expression, box].every((part) => Object.values<number>({ ...part }).every(Number.isFinite)),
    );
    if (!measured || !numbers.every(Number.isFinite) || timestampMs <= before) {
      throw new LivenessError(
        'bad-observations',
        `Frame ${i}: numbers must be finite and timestamps must rise.`,
      );
    }
  });
}

function isWhole({ box }: FaceObservation, { width, height }: CaptureFrame): boolean {
  const inside = (start: number, size: number, limit: number): number =>
    Math.max(Math.min(start + size, limit) - Math.max(start, 0), 0);
  const area = inside(box.x, box.width, width) * inside(box.y, box.height, height);
  return area >= WHOLE_FACE * box.width * box.height;
}

/**
 * From shut to open of the lid that moves less: a blink moves both. The lowest lid counts, not a percentile: a blink takes
 * three frames in a hundred.
 */
function lidSpread(faces: readonly FaceObservation[]): number {
  if (faces.length === 0) return 0;
  const range = (lid: (face: FaceObservation) => number): number => {
    const values = faces.map(lid);
    return median(values) - Math.min(...values);
  };
  return Math.min(
    range((face) => face.expression.leftLid),
    range((face) => face.expression.rightLid),
  );
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
