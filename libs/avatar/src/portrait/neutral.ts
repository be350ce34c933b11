import type { FaceObservation } from '@guise/frame';
import { controlPointsOf, type NeutralFace } from './measure.js';
import { CONTROL_POINTS, LIP_COLUMNS } from './parameters.js';

/** The neutral face is the median over this long … */
const LEARN_MS = 3000;
/** … of at most this many frames. */
const MAX_SAMPLES = 120;
/** Of which those with the mouth most shut tell the resting shape: many people start a meeting talking. */
const RESTING_SHARE = 0.15;
/** A shut mouth that is pursed or pulled up does not rest either. */
const POUT_WEIGHT = 1;
/** Of the distances between the lips, this share is taken for noise below the least. */
const SHUT_QUANTILE = 0.05;
/** Afterwards the neutral face follows by running medians: so much a second, whatever the distance. */
const TURN_RATE_DEG = 0.6;
const SHIFT_RATE_CM = 0.25;
const SHAPE_RATE_CM = 0.04;
/** A mouth more shut than the neutral one shows that the neutral one was talking. */
const SHUTTING_RATE_CM = 1;
const LID_RATE = 0.01;
/** A head turned further away than this is looking at something, not sitting differently. */
const TRACKED_TURN_DEG = 18;
const MAX_STEP_SECONDS = 0.2;
/** Inner lips further apart than this speak: the shape is not resting. */
const RESTING_GAP_CM = 0.35;
const SHUT_TOLERANCE_CM = 0.1;

/** Position in the vector of a neutral face: pose, lids, gaze, then the control points. */
const POSE = 6;
const LIDS = 8;
const GAZE = 10;
/** Middles of the inner lips. */
const UPPER_LIP_Y = yOf(CONTROL_POINTS.indexOf(13));
const LOWER_LIP_Y = yOf(CONTROL_POINTS.indexOf(14));

function yOf(control: number): number {
  return GAZE + 2 * control + 1;
}

/**
 * Learns what a wearer looks like at rest, first from the medians of some seconds, then slowly following: whoever sits
 * turned away from the camera still faces the meeting.
 */
export class NeutralLearner {
  private samples: (readonly number[])[] = [];
  private startMs: number | null = null;
  private lastMs = 0;
  private value: number[] | null = null;

  /**
   * Takes one frame in.
   * @param timestampMs presentation time of the frame; must not run backwards
   * @returns the neutral face so far, or null when no frame showed a face
   */
  observe(face: FaceObservation, timestampMs: number): NeutralFace | null {
    const sample = vectorOf(face);
    if (sample !== null) {
      this.startMs ??= timestampMs;
      if (timestampMs - this.startMs <= LEARN_MS && this.samples.length < MAX_SAMPLES) this.collect(sample);
      else this.follow(sample, Math.min(MAX_STEP_SECONDS, Math.max(0, (timestampMs - this.lastMs) / 1000)));
      this.lastMs = timestampMs;
    }
    return this.value === null ? null : faceOf(this.value);
  }

  /** Forgets the wearer: the next frames are learnt afresh. */
  reset(): void {
    this.samples = [];
    this.startMs = null;
    this.value = null;
  }

  private collect(sample: readonly number[]): void {
    this.samples.push(sample);
    const usualY = medianAt(this.samples, UPPER_LIP_Y);
    const unrest = (of: readonly number[]): number =>
      lipGap(of) + POUT_WEIGHT * Math.abs((of[UPPER_LIP_Y] ?? 0) - usualY);
    const quiet = [...this.samples].sort((a, b) => unrest(a) - unrest(b));
    const resting = quiet.slice(0, Math.ceil(quiet.length * RESTING_SHARE));
    this.value = sample.map((_, i) => medianAt(i < GAZE ? this.samples : resting, i));
    this.shutLips(this.value);
  }

  /** Whatever the mouth was doing: neutral lips are as near to each other as they have been seen. */
  private shutLips(value: number[]): void {
    for (const { upper, lower } of LIP_COLUMNS) {
      const gap = (of: readonly number[]): number => (of[yOf(lower[1])] ?? 0) - (of[yOf(upper[1])] ?? 0);
      const gaps = this.samples.map(gap).sort((a, b) => a - b);
      const surplus = Math.max(0, gap(value) - (gaps[Math.floor(gaps.length * SHUT_QUANTILE)] ?? 0));
      for (const control of upper) value[yOf(control)] = (value[yOf(control)] ?? 0) + surplus / 2;
      for (const control of lower) value[yOf(control)] = (value[yOf(control)] ?? 0) - surplus / 2;
    }
  }

  private follow(sample: readonly number[], seconds: number): void {
    const { value } = this;
    if (value === null) return;
    this.samples = [];
    const off = (i: number): number => (sample[i] ?? 0) - (value[i] ?? 0);
    const facing = Math.max(...[0, 1, 2].map((i) => Math.abs(off(i)))) < TRACKED_TURN_DEG;
    const wider = lipGap(sample) - lipGap(value);
    const shape = wider < -SHUT_TOLERANCE_CM ? SHUTTING_RATE_CM : wider < RESTING_GAP_CM ? SHAPE_RATE_CM : 0;
    for (let i = 0; i < value.length && facing; i++) {
      const step = (i < GAZE ? rateOf(i) : shape) * seconds;
      value[i] = (value[i] ?? 0) + Math.max(-step, Math.min(step, off(i)));
    }
  }
}

function rateOf(i: number): number {
  if (i < 3) return TURN_RATE_DEG;
  if (i < POSE) return SHIFT_RATE_CM;
  return i < LIDS ? LID_RATE : TURN_RATE_DEG;
}

function lipGap(sample: readonly number[]): number {
  return (sample[LOWER_LIP_Y] ?? 0) - (sample[UPPER_LIP_Y] ?? 0);
}

function medianAt(samples: readonly (readonly number[])[], i: number): number {
  const sorted = samples.map((sample) => sample[i] ?? 0).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function vectorOf({ landmarks, pose, expression }: FaceObservation): readonly number[] | null {
  const points = controlPointsOf(landmarks);
  if (points === null) return null;
  const vector = [
    pose.yawDeg,
    pose.pitchDeg,
    pose.rollDeg,
    pose.xCm,
    pose.yCm,
    pose.zCm,
    expression.leftLid,
    expression.rightLid,
    expression.gazeYawDeg,
    expression.gazePitchDeg,
    ...points,
  ];
  return vector.every(Number.isFinite) ? vector : null;
}

function faceOf(vector: readonly number[]): NeutralFace {
  const [yawDeg = 0, pitchDeg = 0, rollDeg = 0, xCm = 0, yCm = 0, zCm = 0] = vector;
  const [leftLid = 0, rightLid = 0, gazeYawDeg = 0, gazePitchDeg = 0] = vector.slice(POSE);
  return {
    pose: { yawDeg, pitchDeg, rollDeg, xCm, yCm, zCm },
    leftLid,
    rightLid,
    gazeYawDeg,
    gazePitchDeg,
    points: vector.slice(GAZE),
  };
}
