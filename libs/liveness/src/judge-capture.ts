import { ADVICE } from './advice.js';
import { frontalFrames, type FrontalFrame } from './frontal.js';
import { meanEmbedding } from './identity-agreement.js';
import { measureCapture } from './measure-capture.js';
import { CAPTURE_THRESHOLDS, type CaptureThresholds } from './thresholds.js';
import type { CaptureFrame, CaptureJudgement, CaptureMeasures, CaptureRefusalCode } from './types.js';

export interface JudgeOptions {
  /** Overrides of single thresholds; an organisation may only be stricter on purpose. */
  readonly thresholds?: Partial<CaptureThresholds>;
}

const BEST_FRAMES = 5;
/** Best frames lie at least this far apart, so that they are not one moment five times. */
const BEST_FRAME_GAP_MS = 500;

/**
 * Decides whether a recording shows one living person throughout, from what vision saw of it.
 * Pure: the same observations give the same judgement. Refuses with every reason that holds, the gravest first.
 * @throws LivenessError when the observations are malformed (not: when the capture is bad).
 */
export function judgeCapture(frames: readonly CaptureFrame[], options: JudgeOptions = {}): CaptureJudgement {
  const thresholds = { ...CAPTURE_THRESHOLDS, ...options.thresholds };
  const measures = measureCapture(frames);
  const frontal = frontalFrames(frames);
  const samples = frontal.flatMap(({ index }) => frames[index]?.embedding ?? []);
  const [first, ...more] = findRefusals(measures, samples.length, thresholds);
  if (first) {
    const explain = (code: CaptureRefusalCode) => ({ code, advice: ADVICE[code] });
    return { accepted: false, measures, reasons: [explain(first), ...more.map(explain)] };
  }
  return {
    accepted: true,
    measures,
    referenceEmbedding: meanEmbedding(samples),
    bestFrames: pickBest(frontal, frames),
  };
}

/** Every rule, gravest first: what cannot be judged, who is there, whether it lives, whether it is good enough. */
function findRefusals(
  m: CaptureMeasures,
  frontalSamples: number,
  t: CaptureThresholds,
): CaptureRefusalCode[] {
  const turn = Math.max(m.yawSpreadDeg, m.pitchSpreadDeg);
  const still = turn < t.stillTurnDeg && m.lidSpread < t.stillLidSpread && m.mouthSpread < t.stillMouthSpread;
  const moves = turn >= t.minTurnDeg && (m.lidSpread >= t.minLidSpread || m.mouthSpread >= t.minMouthSpread);
  const flat = m.nonPlanarMotion < t.minNonPlanarMotion || m.shapeStretch > t.maxShapeStretch;
  const sameFace = m.lowestSimilarity >= t.minLowestSimilarity && m.medianSimilarity >= t.minMedianSimilarity;
  const rules: readonly (readonly [CaptureRefusalCode, boolean])[] = [
    ['no-face', m.faceShare < t.minFaceShare],
    ['several-faces', m.severalFacesShare > t.maxSeveralFacesShare],
    ['not-one-person', m.identitySamples > 1 && !sameFace],
    ['still-picture', still],
    ['flat-face', !still && flat],
    ['no-natural-motion', !still && !moves],
    ['spoof-suspected', m.spoofMedian < t.minSpoofMedian],
    ['too-short', m.durationSeconds < t.minDurationSeconds],
    ['too-few-frames', m.framesSeen < t.minFrames],
    ['face-too-small', m.faceWidthPx < t.minFaceWidthPx],
    ['face-out-of-picture', m.inPictureShare < t.minInPictureShare],
    ['too-few-identity-samples', m.identitySamples < t.minIdentitySamples],
    ['no-frontal-view', frontalSamples < t.minFrontalSamples],
  ];
  return rules.flatMap(([code, holds]) => (holds ? [code] : []));
}

function pickBest(frontal: readonly FrontalFrame[], frames: readonly CaptureFrame[]): number[] {
  const timeOf = (index: number): number => frames[index]?.timestampMs ?? 0;
  const picked: number[] = [];
  for (const { index } of frontal) {
    const apart = picked.every((other) => Math.abs(timeOf(other) - timeOf(index)) >= BEST_FRAME_GAP_MS);
    if (apart) picked.push(index);
    if (picked.length === BEST_FRAMES) break;
  }
  return picked;
}
