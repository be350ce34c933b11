import { availableParallelism } from 'node:os';
import { type Attack, ATTACKS, QUICK_ATTACKS } from './attacks.js';
import {
  type Clip,
  prepareClips,
  QUICK_RECIPES,
  QUICK_UNMARKED_RECIPES,
  RECIPES,
  recipesOf,
  UNMARKED_RECIPES,
} from './clips.js';
import { performUnit, type Unit, type UnitContext } from './units.js';
import { type PoolOptions, runUnits } from './pool.js';
import type { WatermarkReport } from './report.js';
import { measureSpeed } from './speed.js';
import { summarise } from './summary.js';
import { libraryVersion } from './work-folder.js';

export interface SuiteOptions {
  readonly quick: boolean;
  /** A folder of further recordings; null for none. */
  readonly clips: string | null;
  /** Names of the attacks to run; all when empty. */
  readonly only: readonly string[];
  /** Where clips, marked clips and results are kept between runs. */
  readonly work: string;
  readonly report: PoolOptions['report'];
}

/** Seconds of every clip. */
export const SECONDS = { quick: 4, full: 10 } as const;

/** The whole suite; what an interrupted run has measured already is taken over. */
export async function benchWatermark(options: SuiteOptions): Promise<WatermarkReport> {
  const context = { work: options.work, version: await libraryVersion() };
  const seconds = options.quick ? SECONDS.quick : SECONDS.full;
  const own = options.quick ? QUICK_RECIPES : RECIPES;
  const further = options.clips === null ? [] : await recipesOf(options.clips);
  const clips = await prepareClips([...own, ...further], seconds, options.work);
  const unmarked = await prepareClips(
    options.quick ? QUICK_UNMARKED_RECIPES : UNMARKED_RECIPES,
    2,
    options.work,
  );
  const units = planUnits(options, clips, unmarked);
  // The marked clips first: everything else reads them.
  const marks = clips.map((clip): Unit => ({ kind: 'mark', clip, take: 0 }));
  const run = options.quick ? runHere : runUnits;
  const pool = { ...context, workers: Math.min(2, availableParallelism()), report: options.report };
  await run(marks, pool);
  const results = await run(units, pool);
  const [first] = clips;
  if (first === undefined) throw new RangeError('the suite needs a clip');
  return summarise(units, results, {
    version: context.version,
    quick: options.quick,
    speed: await measureSpeed(first),
  });
}

/** In this process, one after another, nothing remembered: for tests. */
async function runHere(units: readonly Unit[], options: PoolOptions): Promise<unknown[]> {
  const results: unknown[] = [];
  const context: UnitContext = { work: options.work, version: options.version };
  for (const unit of units) {
    const startMs = performance.now();
    results.push(await performUnit(unit, context));
    options.report(results.length, units.length, unit, performance.now() - startMs);
  }
  return results;
}

function planUnits({ quick, only }: SuiteOptions, clips: readonly Clip[], unmarked: readonly Clip[]): Unit[] {
  const attacks = (quick ? QUICK_ATTACKS : ATTACKS).filter(
    ({ name }) => only.length === 0 || only.includes(name),
  );
  const attackUnits = attacks.flatMap((attack) => attacked(attack, clips, quick));
  if (only.length > 0) return attackUnits;
  return [
    ...clips.map((clip): Unit => ({ kind: 'quality', clip })),
    ...clips.slice(0, quick ? 1 : undefined).map((clip): Unit => ({ kind: 'flicker', clip })),
    ...copyAttacks(clips, quick),
    ...falsePositives(clips, unmarked, quick),
    ...(quick ? [] : baselines(clips.slice(0, BASELINE_CLIPS))),
    ...attackUnits,
  ];
}

/** A gallery holds several clips already: three arrangements of it are enough. */
const GALLERIES = 3;

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

/** Trials per unit, sized for about half a minute; and how many units of a kind. */
const TRIALS = { tags: 30_000, aligned: 120, blind: 2 } as const;
const QUICK_TRIALS = { tags: 1000, aligned: 20, blind: 1 } as const;

function falsePositives(clips: readonly Clip[], unmarked: readonly Clip[], quick: boolean): Unit[] {
  const trials = quick ? QUICK_TRIALS : TRIALS;
  const materials = [
    ...[...clips, ...unmarked].map((clip) => ({ material: clip.material, clip }) as const),
    ...clips.map((clip) => ({ material: 'foreign', clip }) as const),
    ...clips.slice(0, quick ? 1 : undefined).map(() => ({ material: 'noise' }) as const),
  ];
  return [
    ...clips.map((clip, seed): Unit => ({
      kind: 'false-positives',
      mode: 'tags',
      material: 'foreign',
      clip,
      seed,
      trials: trials.tags,
    })),
    ...(['aligned', 'blind'] as const).flatMap((mode) =>
      (quick && mode === 'blind' ? materials.slice(0, 1) : materials).map((from, seed): Unit => ({
        kind: 'false-positives',
        mode,
        ...from,
        seed,
        trials: trials[mode],
      })),
    ),
  ];
}

/** The older marks fail alike everywhere. */
const BASELINE_CLIPS = 2;

function baselines(clips: readonly Clip[]): Unit[] {
  return clips.flatMap((clip) =>
    (['dwtDct', 'dwtDctSvd'] as const).map((method): Unit => ({ kind: 'baseline', clip, method })),
  );
}

/** Every clip's mark is copied onto its neighbour. */
function copyAttacks(clips: readonly Clip[], quick: boolean): Unit[] {
  return clips.slice(0, quick ? 1 : undefined).flatMap((clip) => {
    const victim = clips[(clip.index + 1) % clips.length] ?? clip;
    return (quick ? [30] : [1, 30, 300]).map((frames): Unit => ({
      kind: 'copy-attack',
      clip,
      victim,
      frames,
    }));
  });
}
