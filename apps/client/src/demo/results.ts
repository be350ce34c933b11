import { join } from 'node:path';
import { writeNewFile } from '../write-file.js';
import type { StageTiming } from './act-wear.js';
import type { Verdicts } from './act-verify.js';
import type { StepResult } from './steps.js';

/** What `--json FILE` holds. */
export interface DemoResults {
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  readonly verdicts: Verdicts;
  readonly stages: readonly StageTiming[];
}

export function resultsOf(
  steps: readonly StepResult[],
  verdicts: Verdicts,
  stages: readonly StageTiming[],
): DemoResults {
  return { ok: steps.length > 0 && steps.every(({ ok }) => ok), steps, verdicts, stages };
}

export async function writeResults(
  out: string,
  results: DemoResults,
  jsonFile: string | undefined,
): Promise<void> {
  const text = `${JSON.stringify(results, null, 2)}\n`;
  await writeNewFile(join(out, 'results.json'), text);
  await writeNewFile(join(out, 'timing.md'), timingTable(results.stages));
  if (jsonFile !== undefined) await writeNewFile(jsonFile, text);
}

/** Milliseconds a frame, by stage. They overlap: `sight` is of another thread, `render-core` holds several. */
export function timingTable(stages: readonly StageTiming[]): string {
  const rows = stages.map(
    ({ name, medianMs, p95Ms }) => `| ${name} | ${medianMs.toFixed(1)} | ${p95Ms.toFixed(1)} |`,
  );
  return ['| stage | median ms | p95 ms |', '|---|---:|---:|', ...rows, ''].join('\n');
}
