import { smoothstep } from '../mesh/topology.js';
import type { FaceParameters } from './parameters.js';

/** Movements of about this much between two frames are measuring noise: degrees, centimetres, share of a lid. */
const NOISE = {
  head: { yawDeg: 0.15, pitchDeg: 0.28, rollDeg: 0.12, xCm: 0.015, yCm: 0.03, zCm: 0.4 },
  lid: 0.012,
  gazeDeg: 0.4,
  shiftCm: 0.025,
} as const;
/** Whatever is this many times the noise away is a movement, and shown at once; half as far, half at once. */
const MOVEMENT = 7;
/** The rest is followed so slowly. */
const SETTLE_MS = 260;
/** After a longer break nothing is known of where the face was. */
const BREAK_MS = 500;

/**
 * Keeps a still wearer's avatar still: a picture with fine texture shimmers when its mesh trembles by a tenth of a pixel. A
 * movement is not delayed, for what is further away than noise goes through as it is.
 */
export class ParameterSteadier {
  private last: { readonly value: FaceParameters; readonly timestampMs: number } | null = null;

  /** @param timestampMs presentation time of the frame; must not run backwards */
  steady(wanted: FaceParameters, timestampMs: number): FaceParameters {
    const { last } = this;
    const elapsedMs = last === null ? Infinity : timestampMs - last.timestampMs;
    const value =
      last === null || elapsedMs > BREAK_MS
        ? wanted
        : approach(last.value, wanted, 1 - Math.exp(-Math.max(0, elapsedMs) / SETTLE_MS));
    this.last = { value, timestampMs };
    return value;
  }

  /** Forgets the wearer: the next parameters are taken as they are. */
  reset(): void {
    this.last = null;
  }
}

function approach(from: FaceParameters, to: FaceParameters, least: number): FaceParameters {
  const step = (a: number, b: number, noise: number): number => {
    const gain = smoothstep(Math.abs(b - a) / (MOVEMENT * noise));
    return a + (b - a) * (least + (1 - least) * gain);
  };
  const { head, lids, gaze } = to;
  const turned = (name: keyof FaceParameters['head']): number =>
    step(from.head[name], head[name], NOISE.head[name]);
  return {
    head: {
      yawDeg: turned('yawDeg'),
      pitchDeg: turned('pitchDeg'),
      rollDeg: turned('rollDeg'),
      xCm: turned('xCm'),
      yCm: turned('yCm'),
      zCm: turned('zCm'),
    },
    lids: {
      left: step(from.lids.left, lids.left, NOISE.lid),
      right: step(from.lids.right, lids.right, NOISE.lid),
    },
    gaze: {
      yawDeg: step(from.gaze.yawDeg, gaze.yawDeg, NOISE.gazeDeg),
      pitchDeg: step(from.gaze.pitchDeg, gaze.pitchDeg, NOISE.gazeDeg),
    },
    shifts: to.shifts.map((value, i) => step(from.shifts[i] ?? value, value, NOISE.shiftCm)),
  };
}
