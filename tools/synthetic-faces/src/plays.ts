import type { HeadPose } from '@guise/frame';
import type { PerformanceOptions } from './performance.js';

type Play = (seconds: number) => Omit<PerformanceOptions, 'seed'>;

const SEATED: HeadPose = { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 };
/** An actor looks ahead with a quiet mouth for this long before everything else: a runtime learns the face meanwhile. */
const QUIET_SECONDS = 2;

/** What the command's actors can play. */
export const PLAYS = {
  /** Talks, blinks and turns to both sides. */
  turns: (seconds) => ({
    placement: SEATED,
    talks: true,
    cues: [
      { atSeconds: seconds * 0.25, placement: { yawDeg: 18 } },
      { atSeconds: seconds * 0.6, placement: { yawDeg: -18, pitchDeg: 6 } },
      { atSeconds: seconds, placement: { yawDeg: 0 } },
    ],
  }),
  /** Sits still, then turns, nods, leans the head, opens the mouth as in speech and wide, blinks and looks aside. */
  everything: (seconds) => {
    const at = (share: number): number => QUIET_SECONDS + share * (seconds - QUIET_SECONDS);
    return {
      placement: SEATED,
      swayDeg: 0.5,
      cues: [
        { atSeconds: QUIET_SECONDS },
        { atSeconds: at(0.1), placement: { yawDeg: 17 }, expression: { mouthOpen: 0.25 } },
        { atSeconds: at(0.16), placement: { yawDeg: 12 }, expression: { mouthOpen: 0.05 } },
        { atSeconds: at(0.28), placement: { yawDeg: -17, pitchDeg: 4 }, expression: { mouthOpen: 0.5 } },
        { atSeconds: at(0.36), placement: { yawDeg: -8 }, expression: { mouthOpen: 0 } },
        { atSeconds: at(0.46), placement: { pitchDeg: 9 }, expression: { mouthOpen: 0.15 } },
        { atSeconds: at(0.56), placement: { pitchDeg: -9 }, expression: { mouthOpen: 0.8 } },
        { atSeconds: at(0.66), placement: { rollDeg: 12 }, expression: { mouthOpen: 0 } },
        { atSeconds: at(0.76), placement: { rollDeg: -12 }, expression: { mouthOpen: 0.35 } },
        { atSeconds: at(0.86), expression: { gazeYawDeg: 15, mouthOpen: 0 } },
        { atSeconds: at(0.95), expression: { gazeYawDeg: -15, mouthOpen: 0.3 } },
        { atSeconds: seconds },
      ],
    };
  },
  /** Sits still, then turns slowly as far as a face is drawn, to both sides. */
  far: (seconds) => ({
    placement: SEATED,
    swayDeg: 0,
    blinks: false,
    cues: [
      { atSeconds: QUIET_SECONDS },
      { atSeconds: QUIET_SECONDS + (seconds - QUIET_SECONDS) / 3, placement: { yawDeg: 44 } },
      { atSeconds: seconds, placement: { yawDeg: -44 } },
    ],
  }),
} as const satisfies Record<string, Play>;

export function isPlay(name: string): name is keyof typeof PLAYS {
  return name in PLAYS;
}
