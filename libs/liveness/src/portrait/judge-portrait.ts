import type { FaceObservation } from '@guise/frame';

/** What a still picture of a face must show: the face at rest, or the same face with the mouth open. */
export const PORTRAIT_ROLES = ['picture', 'mouth-open'] as const;
export type PortraitRole = (typeof PORTRAIT_ROLES)[number];

/** The numbers that a still picture is judged by; nothing biometric. */
export interface PortraitShot {
  readonly faceWidthPx: number;
  /** Against the line to the camera; signs as `HeadPose`. */
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rollDeg: number;
  /** The lid that is less open, and the mouth, as `Expression` has them. */
  readonly lid: number;
  readonly mouthOpen: number;
  /** Light of the cheeks, code values above black, 0–219. */
  readonly light: number;
}

export type PortraitRefusalCode =
  | 'face-too-small'
  | 'face-turned-away'
  | 'eyes-shut'
  | 'mouth-open'
  | 'mouth-not-open'
  | 'too-dark'
  | 'another-pose'
  | 'another-light'
  | 'another-distance';

export interface PortraitRefusal {
  readonly code: PortraitRefusalCode;
  readonly advice: string;
}

/**
 * Pixels of face width: below 160 a portrait looks soft at any size. Degrees of yaw and roll are those to which a portrait is built
 * without loss; pitch differs by up to 20° between faces that look straight ahead. A mouth shows its teeth from 0.22 on, as bundles demand.
 * Both pictures of one face: what the renderer takes over from the second is cut along the lips of the first.
 */
const LIMITS = {
  faceWidthPx: 160,
  yawDeg: 15,
  pitchDeg: 25,
  rollDeg: 12,
  lid: 0.3,
  shutMouth: 0.12,
  openMouth: 0.22,
  light: 40,
  poseChangeDeg: 10,
  pitchChangeDeg: 14,
  lightRatio: 1.3,
  widthRatio: 1.3,
} as const;

const ADVICE: Readonly<Record<PortraitRefusalCode, string>> = {
  'face-too-small': 'Move closer to the camera.',
  'face-turned-away': 'Look straight into the camera, your head upright.',
  'eyes-shut': 'Keep your eyes open.',
  'mouth-open': 'Close your mouth: the avatar shows this face whenever you are at rest.',
  'mouth-not-open': 'Open your mouth wider, so that your teeth show.',
  'too-dark': 'Take it in more light, from the front.',
  'another-pose': 'Hold your head as in the first picture, and open only the mouth.',
  'another-light': 'Take it in the light of the first picture.',
  'another-distance': 'Stay as far from the camera as in the first picture.',
};

const DEGREES = 180 / Math.PI;

/** @param light of the cheeks, code values above black */
export function portraitShotOf({ box, pose, expression }: FaceObservation, light: number): PortraitShot {
  return {
    faceWidthPx: box.width,
    yawDeg: pose.yawDeg + Math.atan2(pose.xCm, pose.zCm) * DEGREES,
    pitchDeg: pose.pitchDeg - Math.atan2(pose.yCm, pose.zCm) * DEGREES,
    rollDeg: pose.rollDeg,
    lid: Math.min(expression.leftLid, expression.rightLid),
    mouthOpen: expression.mouthOpen,
    light,
  };
}

/**
 * Whether a still picture does for an avatar, with every reason against it.
 * @param first the accepted picture of the face at rest, where the one judged is to show its open mouth beside it
 * @returns no refusals when it does
 */
export function judgePortrait(
  shot: PortraitShot,
  role: PortraitRole,
  first: PortraitShot | null = null,
): readonly PortraitRefusal[] {
  const isTurned = Math.abs(shot.yawDeg) > LIMITS.yawDeg || Math.abs(shot.rollDeg) > LIMITS.rollDeg;
  const rules: readonly (readonly [PortraitRefusalCode, boolean])[] = [
    ['face-too-small', shot.faceWidthPx < LIMITS.faceWidthPx],
    ['face-turned-away', isTurned || Math.abs(shot.pitchDeg) > LIMITS.pitchDeg],
    ['too-dark', shot.light < LIMITS.light],
    ['eyes-shut', shot.lid < LIMITS.lid],
    ['mouth-open', role === 'picture' && shot.mouthOpen > LIMITS.shutMouth],
    ['mouth-not-open', role === 'mouth-open' && shot.mouthOpen < LIMITS.openMouth],
    ...(first === null ? [] : differences(shot, first)),
  ];
  return rules.flatMap(([code, holds]) => (holds ? [{ code, advice: ADVICE[code] }] : []));
}

function differences(
  shot: PortraitShot,
  first: PortraitShot,
): readonly (readonly [PortraitRefusalCode, boolean])[] {
  const change = (of: 'yawDeg' | 'pitchDeg' | 'rollDeg'): number => Math.abs(shot[of] - first[of]);
  const isOtherPose =
    Math.max(change('yawDeg'), change('rollDeg')) > LIMITS.poseChangeDeg ||
    change('pitchDeg') > LIMITS.pitchChangeDeg;
  return [
    ['another-pose', isOtherPose],
    ['another-light', ratio(shot.light, first.light) > LIMITS.lightRatio],
    ['another-distance', ratio(shot.faceWidthPx, first.faceWidthPx) > LIMITS.widthRatio],
  ];
}

/** How many times the greater of two is the smaller. */
function ratio(a: number, b: number): number {
  return Math.max(a, b) / Math.max(Math.min(a, b), 1e-9);
}
