import type { Point } from '../patch/affine.js';

/** A face as a detector reports it; positions in units of the patch side until mapped to the frame. */
export interface Detection {
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Right eye, left eye, nose tip, mouth, right ear, left ear: the subject's right and left. */
  readonly keypoints: readonly Point[];
}

/** Detections that overlap more than this are one face (MediaPipe face_detection: min_suppression_threshold). */
export const SAME_FACE_OVERLAP = 0.3;

const KEYPOINTS = 6;
/** Values per anchor: centre, size, keypoints. */
const STRIDE = 4 + 2 * KEYPOINTS;

/** Anchor-relative network output → candidates above the threshold. `side`: pixels of the network's input. */
export function decodeDetections(
  regressors: Float32Array,
  logits: Float32Array,
  anchors: Float32Array,
  side: number,
  threshold: number,
): Detection[] {
  const thresholdLogit = Math.log(threshold / (1 - threshold));
  const found: Detection[] = [];
  for (let i = 0; i * 2 < anchors.length; i++) {
    const logit = logits[i] ?? -Infinity;
    if (!(logit >= thresholdLogit)) continue;
    const ax = anchors[2 * i] ?? 0;
    const ay = anchors[2 * i + 1] ?? 0;
    const value = (k: number): number => (regressors[i * STRIDE + k] ?? NaN) / side;
    const [width, height] = [value(2), value(3)];
    const keypoints = Array.from({ length: KEYPOINTS }, (_, k): Point => [
      ax + value(4 + 2 * k),
      ay + value(5 + 2 * k),
    ]);
    const score = 1 / (1 + Math.exp(-Math.min(logit, 100)));
    found.push({
      score,
      x: ax + value(0) - width / 2,
      y: ay + value(1) - height / 2,
      width,
      height,
      keypoints,
    });
  }
  return found;
}

/** Intersection over union. */
export function overlap(p: Omit<Detection, 'score' | 'keypoints'>, q: typeof p): number {
  const w = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x);
  const h = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
  if (!(w > 0 && h > 0)) return 0;
  return (w * h) / (p.width * p.height + q.width * q.height - w * h);
}

/** Score-weighted mean of each group of overlapping candidates (BlazeFace's blending), best first. */
export function blendDetections(candidates: readonly Detection[]): Detection[] {
  let rest = [...candidates].sort((p, q) => q.score - p.score);
  const blended: Detection[] = [];
  for (let best = rest[0]; best !== undefined; best = rest[0]) {
    const leader = best;
    const group = rest.filter((other) => other === leader || overlap(other, leader) > SAME_FACE_OVERLAP);
    rest = rest.filter((other) => !group.includes(other));
    blended.push(weightedMean(group, leader.score));
  }
  return blended;
}

function weightedMean(group: readonly Detection[], score: number): Detection {
  const total = group.reduce((sum, member) => sum + member.score, 0);
  const mean = (value: (member: Detection) => number): number =>
    group.reduce((sum, member) => sum + value(member) * member.score, 0) / total;
  return {
    score,
    x: mean((m) => m.x),
    y: mean((m) => m.y),
    width: mean((m) => m.width),
    height: mean((m) => m.height),
    keypoints: Array.from({ length: KEYPOINTS }, (_, k): Point => [
      mean((m) => m.keypoints[k]?.[0] ?? NaN),
      mean((m) => m.keypoints[k]?.[1] ?? NaN),
    ]),
  };
}
