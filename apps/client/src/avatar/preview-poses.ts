import { CONTROL_POINTS, NEUTRAL_PARAMETERS, type FaceParameters } from '@guise/avatar';

/** One synthetic pose of a preview: made up here, taken from nobody. */
export interface PreviewPose {
  readonly name: string;
  readonly parameters: FaceParameters;
}

type Shift = readonly [dxCm: number, dyCm: number];

function shifted(by: Readonly<Record<number, Shift>>): Pick<FaceParameters, 'shifts'> {
  return { shifts: CONTROL_POINTS.flatMap((vertex) => by[vertex] ?? [0, 0]) };
}

function turned(head: Partial<FaceParameters['head']>): Pick<FaceParameters, 'head'> {
  return { head: { ...NEUTRAL_PARAMETERS.head, ...head } };
}

function lips(openCm: number): Readonly<Record<number, Shift>> {
  const corner = 0.1 * openCm;
  const side: Shift = [0, 0.9 * openCm];
  return {
    ...{ 61: [corner, corner], 291: [-corner, corner], 14: [0, openCm], 17: [0, openCm], 152: [0, openCm] },
    ...{ 178: side, 402: side, 181: side, 405: side },
  };
}

const SMILE: Readonly<Record<number, Shift>> = {
  ...{ 61: [-0.5, -0.45], 291: [0.5, -0.45], 205: [-0.1, -0.3], 425: [0.1, -0.3] },
  ...{ 17: [0, 0.1], 181: [0, 0.1], 405: [0, 0.1], 14: [0, 0.15], 178: [0, 0.1], 402: [0, 0.1] },
};
const RAISED: Readonly<Record<number, Shift>> = {
  ...{ 107: [0, -0.5], 105: [0, -0.6], 70: [0, -0.5], 336: [0, -0.5], 334: [0, -0.6], 300: [0, -0.5] },
};

const pose = (name: string, parts: Partial<FaceParameters>): PreviewPose => ({
  name,
  parameters: { ...NEUTRAL_PARAMETERS, ...parts },
});

/** The range that a wearer can ask of an avatar. */
export const PREVIEW_POSES: readonly PreviewPose[] = [
  pose('AT REST', {}),
  pose('LIDS HALF', { lids: { left: 0.5, right: 0.5 } }),
  pose('LIDS SHUT', { lids: { left: 0, right: 0 } }),
  pose('GAZE', { gaze: { yawDeg: 25, pitchDeg: 0 } }),
  pose('TURN', turned({ yawDeg: 20 })),
  pose('TURN BACK', turned({ yawDeg: -20 })),
  pose('NOD', turned({ pitchDeg: -12 })),
  pose('TILT', turned({ rollDeg: 10, xCm: 2 })),
  pose('SPEAK', shifted(lips(0.6))),
  pose('WIDE OPEN', shifted(lips(1.5))),
  pose('SMILE', shifted(SMILE)),
  pose('BROWS', shifted(RAISED)),
];

/** A pose part of the way to another. */
export function between(from: FaceParameters, to: FaceParameters, share: number): FaceParameters {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  const { head, lids, gaze } = from;
  return {
    head: {
      yawDeg: mix(head.yawDeg, to.head.yawDeg),
      pitchDeg: mix(head.pitchDeg, to.head.pitchDeg),
      rollDeg: mix(head.rollDeg, to.head.rollDeg),
      xCm: mix(head.xCm, to.head.xCm),
      yCm: mix(head.yCm, to.head.yCm),
      zCm: mix(head.zCm, to.head.zCm),
    },
    lids: { left: mix(lids.left, to.lids.left), right: mix(lids.right, to.lids.right) },
    gaze: { yawDeg: mix(gaze.yawDeg, to.gaze.yawDeg), pitchDeg: mix(gaze.pitchDeg, to.gaze.pitchDeg) },
    shifts: from.shifts.map((value, i) => mix(value, to.shifts[i] ?? 0)),
  };
}
