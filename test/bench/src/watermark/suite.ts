import { availableParallelism } from 'node:os';
import {
  prepareClips,
  QUICK_RECIPES,
  QUICK_UNMARKED_RECIPES,
  RECIPES,
  recipesOf,
  UNMARKED_RECIPES,
} from './clips.js';
import { performUnit, type Unit, type UnitContext } from './units.js';
import { planUnits } from './plan.js';
import { type PoolOptions, runUnits } from './pool.js';
import type { WatermarkReport } from './report.js';
import { measureSpeed } from './speed.js';
import { summarise } from './summary.js';
import { libraryVersion } from './work-folder.js';

export interface SuiteOptions {
  readonly quick: boolean;
  /** A folder of further recordings; null for none. */
  readonly clips: string | null;
  /** Names of attacks and PARTS to run; everything when empty. Speed is measured always. */
  readonly only: readonly string[];
  /** Windows that are tried for false positives; PLACED when null. */
  readonly windows: number | null;
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
  const marks = units.length === 0 ? [] : clips.map((clip): Unit => ({ kind: 'mark', clip, take: 0 }));
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
