import { type Attack, ATTACKS, QUICK_ATTACKS } from './attacks.js';
import type { Clip } from './clips.js';
import { planCopyAttacks } from './copy-attack/plan.js';
import { PLACED, planFalsePositives } from './false-positives/plan.js';
import type { SuiteOptions } from './suite.js';
import type { Unit } from './units.js';

/** What `--only` takes besides the names of attacks. */
export const PARTS = ['timings', 'quality', 'flicker', 'copied marks', 'false positives', 'older marks'];

/** The older marks fail alike everywhere. */
const BASELINE_CLIPS = 2;
/** A gallery holds several clips already: three arrangements of it are enough. */
const GALLERIES = 3;

/** Everything the suite measures, the attacks last. */
export function planUnits(
  { quick, only, windows }: SuiteOptions,
  clips: readonly Clip[],
  unmarked: readonly Clip[],
): Unit[] {
  const all = quick ? QUICK_ATTACKS : ATTACKS;
  const isWanted = (name: string) => only.length === 0 || only.includes(name);
  const part = (name: (typeof PARTS)[number], units: () => Unit[]) => (isWanted(name) ? units() : []);
  const placed = windows ?? (quick ? PLACED.quick : PLACED.full);
  return [
    ...part('quality', () => clips.map((clip) => ({ kind: 'quality', clip }))),
    ...part('flicker', () =>
      clips.slice(0, quick ? 1 : undefined).map((clip) => ({ kind: 'flicker', clip })),
    ),
    ...part('copied marks', () => planCopyAttacks(quick).map((job) => ({ kind: 'copy-attack', ...job }))),
    ...part('false positives', () =>
      planFalsePositives(clips, unmarked, { quick, windows: placed }).map((batch) => ({
        kind: 'false-positives',
        ...batch,
      })),
    ),
    ...part('older marks', () => (quick ? [] : baselines(clips.slice(0, BASELINE_CLIPS)))),
    ...all.filter(({ name }) => isWanted(name)).flatMap((attack) => attacked(attack, clips, quick)),
  ];
}

function attacked(attack: Attack, clips: readonly Clip[], quick: boolean): Unit[] {
  const shown = attack.kind === 'gallery' ? clips.slice(0, quick ? 1 : GALLERIES) : clips;
  return shown.map((clip) => ({
    kind: 'attack',
    attack,
    clip,
    clips,
    effort: quick ? 'quick' : 'full',
  }));
}

function baselines(clips: readonly Clip[]): Unit[] {
  return clips.flatMap((clip) =>
    (['dwtDct', 'dwtDctSvd'] as const).map((method): Unit => ({ kind: 'baseline', clip, method })),
  );
}
