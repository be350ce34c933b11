import { createHash } from 'node:crypto';
import type { FrameRate } from './types.js';

/** How a part of the material is read: several pictures of each second, key pictures every so often, or every picture. */
export type Reading =
  | { readonly how: 'grid'; readonly fps: FrameRate }
  | { readonly how: 'keys'; readonly spacingSeconds: number }
  | { readonly how: 'every' };

/** A part of the material in seconds of media time; `to` null: to its end. */
export interface Stretch {
  readonly from: number;
  readonly to: number | null;
  readonly reading: Reading;
}

export interface SurveyPlan {
  /** In order, without overlap. */
  readonly stretches: readonly Stretch[];
  /** Single pictures this far apart are read; 1 where several of every second are. */
  readonly spacingSeconds: number;
}

/** Every second is read of so much; of more, a picture every so often unless the whole is asked for. */
const CLOSE_SECONDS = 180;
/** Pictures read of each second; from a minute on fewer. */
const CLOSE_FPS: FrameRate = { num: 8, den: 1 };
const LONGER_FPS: FrameRate = { num: 4, den: 1 };
const LONGER_SECONDS = 60;
/** So many pictures at most are read of long material, whatever its length: an hour has one every five seconds. */
const MAX_SAMPLES = 720;
/** Nearer together, one picture of each second could pass for all of them: what is sampled leaves seconds out. */
const MIN_SAMPLE_SPACING_SECONDS = 2;
/** Places at which every picture is read, and how many seconds each: in clips, and where most seconds are not looked at. */
const PLACES = 4;
const PLACE_SECONDS = 1;
const SAMPLED_PLACE_SECONDS = 3;
/** Material shorter than this has one such place. */
const FEW_SECONDS = 8;

/**
 * Plans where material is looked at, so that the work is bounded whatever its length.
 * @param from where it begins; `seconds`: how much there is, null when it cannot be told
 * @param seed moves the places by chance: who does not know it cannot prepare material for them. Undefined: fixed places
 */
export function planSurvey(
  { from, seconds, isOpenEnded }: { from: number; seconds: number | null; isOpenEnded: boolean },
  { seed, whole = false }: { seed?: number | undefined; whole?: boolean | undefined },
): SurveyPlan {
  const end = seconds === null || isOpenEnded ? null : from + seconds;
  const isSampled = !whole && seconds !== null && seconds > CLOSE_SECONDS;
  const spacingSeconds = isSampled ? Math.max(MIN_SAMPLE_SPACING_SECONDS, seconds / MAX_SAMPLES) : 1;
  const fps = (seconds ?? 0) > LONGER_SECONDS ? LONGER_FPS : CLOSE_FPS;
  const reading: Reading = isSampled ? { how: 'keys', spacingSeconds } : { how: 'grid', fps };
  if (seed === undefined) return { stretches: [{ from, to: end, reading }], spacingSeconds };
  const period = isSampled ? spacingSeconds : fps.den / fps.num;
  // Of less than a second nothing may be lost at the beginning.
  const phase = (seconds ?? 0) >= 1 ? period * chance(seed, 0) : 0;
  const places = closePlaces(from, seconds ?? 0, seed, isSampled ? SAMPLED_PLACE_SECONDS : PLACE_SECONDS);
  const starts = [from, ...places.map((place) => place.to)];
  const between = starts.map((start, i): Stretch => {
    return { from: start + phase, to: places[i]?.from ?? end, reading };
  });
  const stretches = between.flatMap((stretch, i) => [
    ...(stretch.to === null || stretch.to > stretch.from ? [stretch] : []),
    ...places.slice(i, i + 1),
  ]);
  return { stretches, spacingSeconds };
}

/** One place in each equal part, from a whole second on. */
function closePlaces(
  from: number,
  seconds: number,
  seed: number,
  length: number,
): (Stretch & { readonly to: number })[] {
  const parts = seconds >= FEW_SECONDS ? PLACES : 1;
  const part = seconds / parts;
  if (part < length) return [];
  return Array.from({ length: parts }, (_, i) => {
    const start = from + Math.floor(i * part + chance(seed, i + 1) * (part - length));
    return { from: start, to: start + length, reading: { how: 'every' } };
  });
}

/** The i-th even number from 0 to before 1 that a seed stands for. */
function chance(seed: number, index: number): number {
  const hash = createHash('sha256')
    .update(`survey ${String(seed)} ${String(index)}`)
    .digest();
  return hash.readUInt32BE() / 2 ** 32;
}
