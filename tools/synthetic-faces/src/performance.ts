import type { HeadPose } from '@guise/frame';

import { RESTING, type ActorExpression } from './actor.js';
import { seededRandom } from './identity.js';

/** What an actor shows at one instant. */
export interface Moment {
  readonly expression: ActorExpression;
  readonly placement: HeadPose;
}

/** What the actor is asked for at an instant; between two cues the values glide. */
export interface Cue {
  readonly atSeconds: number;
  readonly placement?: Partial<HeadPose>;
  readonly expression?: Partial<ActorExpression>;
}

export interface PerformanceOptions {
  readonly seed: number;
  readonly placement: HeadPose;
  readonly cues?: readonly Cue[];
  /** Speaks all the time: the mouth opens a few times a second. */
  readonly talks?: boolean;
  /** Blinks every few seconds. Default true. */
  readonly blinks?: boolean;
  /** Amplitude of the head's idle motion, degrees. Default 2. */
  readonly swayDeg?: number;
}

/** Adult means: a blink each 3–4 s, lids down and up again within a quarter of a second. */
const BLINK_GAP_SECONDS = { least: 2, most: 4.5 };
const BLINK_SECONDS = 0.24;
const SYLLABLES_PER_SECOND = 4.3;

/** A deterministic performance: the same seed and time always give the same moment. */
export function createPerformance(options: PerformanceOptions): (seconds: number) => Moment {
  const random = seededRandom(options.seed);
  const phases = Array.from({ length: 8 }, () => random() * 2 * Math.PI);
  const blinkTimes = scheduleBlinks(random);
  const cues = [...(options.cues ?? [])].sort((p, q) => p.atSeconds - q.atSeconds);
  return (seconds) => {
    const base = { placement: options.placement, expression: RESTING };
    const asked = followCues(base, cues, seconds);
    const swayed = sway(asked.placement, phases, options.swayDeg ?? 2, seconds);
    const spoken = options.talks ? talk(asked.expression, phases, seconds) : asked.expression;
    const blink = options.blinks === false ? 1 : lidAt(blinkTimes, seconds);
    const { leftLid, rightLid } = spoken;
    return {
      placement: swayed,
      expression: { ...spoken, leftLid: Math.min(leftLid, blink), rightLid: Math.min(rightLid, blink) },
    };
  };
}

/** An hour of blink times. */
function scheduleBlinks(random: () => number): number[] {
  const times: number[] = [];
  for (let at = 0.8; at < 3600;) {
    times.push(at);
    at += BLINK_GAP_SECONDS.least + random() * (BLINK_GAP_SECONDS.most - BLINK_GAP_SECONDS.least);
  }
  return times;
}

/** Lid opening, 1 between blinks. */
function lidAt(blinkTimes: readonly number[], seconds: number): number {
  const blink = blinkTimes.findLast((at) => at <= seconds);
  const phase = blink === undefined ? 1 : (seconds - blink) / BLINK_SECONDS;
  return phase >= 1 ? 1 : Math.abs(Math.cos(phase * Math.PI)) ** 0.7;
}

function sway(placement: HeadPose, phases: readonly number[], degrees: number, seconds: number): HeadPose {
  const wave = (k: number, hertz: number): number =>
    Math.sin(2 * Math.PI * hertz * seconds + (phases[k] ?? 0)) - Math.sin(phases[k] ?? 0);
  return {
    yawDeg: placement.yawDeg + degrees * (wave(0, 0.21) + 0.4 * wave(1, 0.53)),
    pitchDeg: placement.pitchDeg + degrees * (0.6 * wave(2, 0.17) + 0.3 * wave(3, 0.61)),
    rollDeg: placement.rollDeg + degrees * 0.5 * wave(4, 0.13),
    xCm: placement.xCm + degrees * 0.25 * wave(5, 0.11),
    yCm: placement.yCm + degrees * 0.1 * wave(6, 0.19),
    zCm: placement.zCm + degrees * 0.4 * wave(7, 0.09),
  };
}

function talk(expression: ActorExpression, phases: readonly number[], seconds: number): ActorExpression {
  const syllable = Math.max(0, Math.sin(2 * Math.PI * SYLLABLES_PER_SECOND * seconds + (phases[0] ?? 0)));
  const stress = 0.55 + 0.45 * Math.sin(2 * Math.PI * 0.9 * seconds + (phases[1] ?? 0));
  const pause = Math.sin(2 * Math.PI * 0.27 * seconds + (phases[2] ?? 0)) > -0.7 ? 1 : 0;
  return { ...expression, mouthOpen: Math.max(expression.mouthOpen, 0.45 * syllable * stress * pause) };
}

function followCues(base: Moment, cues: readonly Cue[], seconds: number): Moment {
  const before = cues.findLast((cue) => cue.atSeconds <= seconds);
  const after = cues.find((cue) => cue.atSeconds > seconds);
  const from = before ? obey(base, before) : base;
  if (!after) return from;
  const to = obey(base, after);
  const start = before?.atSeconds ?? 0;
  const t = Math.min(Math.max((seconds - start) / Math.max(after.atSeconds - start, 1e-6), 0), 1);
  const s = t * t * (3 - 2 * t);
  return {
    placement: glide(from.placement, to.placement, s),
    expression: glide(from.expression, to.expression, s),
  };
}

function obey(base: Moment, cue: Cue): Moment {
  return {
    placement: { ...base.placement, ...cue.placement },
    expression: { ...base.expression, ...cue.expression },
  };
}

function glide<T extends HeadPose | ActorExpression>(from: T, to: T, share: number): T {
  const target = new Map(Object.entries<number>({ ...to }));
  const mixed = { ...from };
  for (const [key, value] of Object.entries<number>({ ...from })) {
    Object.assign(mixed, { [key]: value + ((target.get(key) ?? value) - value) * share });
  }
  return mixed;
}
