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
/**
 * A head in two passes, together as slow as one: what is left of the trembling then has no corners. A head carries the whole
 * picture; lips and lids are small, and lose more by being late.
 */
const HEAD_PASS_MS = 130;
/** After a longer break nothing is known of where the face was. */
const BREAK_MS = 500;

/**
 * Keeps a still wearer's avatar still: a picture with fine texture shimmers when its mesh trembles by a tenth of a pixel. A
 * movement is not delayed, for what is further away than noise goes through as it is.
 */
export class ParameterSteadier {
  private last: { readonly value: FaceParameters; readonly head: Head; readonly timestampMs: number } | null =
    null;

  /** @param timestampMs presentation time of the frame; must not run backwards */
  steady(wanted: FaceParameters, timestampMs: number): FaceParameters {
    const { last } = this;
    const elapsedMs = last === null ? Infinity : timestampMs - last.timestampMs;
    if (last === null || elapsedMs > BREAK_MS) {
      this.last = { value: wanted, head: wanted.head, timestampMs };
      return wanted;
    }
    const least = (settleMs: number): number => 1 - Math.exp(-Math.max(0, elapsedMs) / settleMs);
    const head = approachHead(last.head, wanted.head, least(HEAD_PASS_MS));
    const value = {
      head: approachHead(last.value.head, head, least(HEAD_PASS_MS)),
      ...approachFace(last.value, wanted, least(SETTLE_MS)),
    };
    this.last = { value, head, timestampMs };
    return value;
  }

  /** Forgets the wearer: the next parameters are taken as they are. */
  reset(): void {
    this.last = null;
  }
}

type Head = FaceParameters['head'];

/** Wholly where it is a movement, by the least share where it is noise. */
function step(from: number, to: number, noise: number, least: number): number {
  const gain = smoothstep(Math.abs(to - from) / (MOVEMENT * noise));
  return from + (to - from) * (least + (1 - least) * gain);
}

function approachHead(from: Head, to: Head, least: number): Head {
  const turned = (name: keyof Head): number => step(from[name], to[name], NOISE.head[name], least);
  return {
    yawDeg: turned('yawDeg'),
    pitchDeg: turned('pitchDeg'),
    rollDeg: turned('rollDeg'),
    xCm: turned('xCm'),
    yCm: turned('yCm'),
    zCm: turned('zCm'),
  };
}

function approachFace(from: FaceParameters, to: FaceParameters, least: number): Omit<FaceParameters, 'head'> {
  const { lids, gaze } = to;
  return {
    lids: {
      left: step(from.lids.left, lids.left, NOISE.lid, least),
      right: step(from.lids.right, lids.right, NOISE.lid, least),
    },
    gaze: {
      yawDeg: step(from.gaze.yawDeg, gaze.yawDeg, NOISE.gazeDeg, least),
      pitchDeg: step(from.gaze.pitchDeg, gaze.pitchDeg, NOISE.gazeDeg, least),
    },
    shifts: to.shifts.map((value, i) => step(from.shifts[i] ?? value, value, NOISE.shiftCm, least)),
  };
}
