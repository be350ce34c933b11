import type { Expression, HeadPose } from '@guise/frame';

import { GAZE_NEEDS_LID } from '../expression/measure-expression.js';
import { LandmarkSmoother } from './landmark-smoother.js';
import { OneEuroFilter, type OneEuroOptions } from './one-euro.js';

/** What is measured on one face in one frame, before and after smoothing. */
export interface FaceMeasurement {
  readonly landmarks: Float32Array;
  readonly pose: HeadPose;
  readonly expression: Expression;
}

const DEGREES: OneEuroOptions = { minCutoffHz: 1.5, speedCoefficient: 0.15, speedCutoffHz: 3 };
const CENTIMETRES: OneEuroOptions = { minCutoffHz: 1.5, speedCoefficient: 0.4, speedCutoffHz: 3 };
/** A lid shuts within 100 ms: at 30 frames a second its first frame must already show most of it. */
const OPENINGS: OneEuroOptions = { minCutoffHz: 2, speedCoefficient: 6, speedCutoffHz: 12 };
const GAZE: OneEuroOptions = { minCutoffHz: 2, speedCoefficient: 0.08, speedCutoffHz: 6 };

/** After a pause this long the past says nothing about the present. */
const FORGET_AFTER_SECONDS = 0.5;

/** Smooths one track: pose and expression as parameters, landmarks as points. */
export class ObservationSmoother {
  private filters = freshFilters();
  private lastMs: number | undefined;

  next(raw: FaceMeasurement, size: number, timestampMs: number): FaceMeasurement {
    const seconds = this.lastMs === undefined ? 0 : (timestampMs - this.lastMs) / 1000;
    if (!(seconds > 0 && seconds <= FORGET_AFTER_SECONDS)) this.filters = freshFilters();
    this.lastMs = timestampMs;
    const { filters } = this;
    const { pose, expression } = raw;
    return {
      landmarks: filters.landmarks.next(raw.landmarks, size, seconds),
      pose: {
        yawDeg: filters.yaw.next(pose.yawDeg, seconds),
        pitchDeg: filters.pitch.next(pose.pitchDeg, seconds),
        rollDeg: filters.roll.next(pose.rollDeg, seconds),
        xCm: filters.x.next(pose.xCm, seconds),
        yCm: filters.y.next(pose.yCm, seconds),
        zCm: filters.z.next(pose.zCm, seconds),
      },
      expression: this.expression(expression, seconds),
    };
  }

  private expression(raw: Expression, seconds: number): Expression {
    const { leftLid, rightLid, mouth, gazeYaw, gazePitch } = this.filters;
    const irisSeen = Math.max(raw.leftLid, raw.rightLid) > GAZE_NEEDS_LID;
    return {
      leftLid: leftLid.next(raw.leftLid, seconds),
      rightLid: rightLid.next(raw.rightLid, seconds),
      mouthOpen: mouth.next(raw.mouthOpen, seconds),
      // Behind shut lids the last known gaze stands.
      gazeYawDeg: irisSeen ? gazeYaw.next(raw.gazeYawDeg, seconds) : gazeYaw.current,
      gazePitchDeg: irisSeen ? gazePitch.next(raw.gazePitchDeg, seconds) : gazePitch.current,
    };
  }
}

function freshFilters() {
  return {
    landmarks: new LandmarkSmoother(),
    yaw: new OneEuroFilter(DEGREES),
    pitch: new OneEuroFilter(DEGREES),
    roll: new OneEuroFilter(DEGREES),
    x: new OneEuroFilter(CENTIMETRES),
    y: new OneEuroFilter(CENTIMETRES),
    z: new OneEuroFilter(CENTIMETRES),
    leftLid: new OneEuroFilter(OPENINGS),
    rightLid: new OneEuroFilter(OPENINGS),
    mouth: new OneEuroFilter(OPENINGS),
    gazeYaw: new OneEuroFilter(GAZE),
    gazePitch: new OneEuroFilter(GAZE),
  };
}
