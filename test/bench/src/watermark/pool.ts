import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Unit, UnitContext } from './units.js';
import { shortHash } from './work-folder.js';

export interface PoolOptions extends UnitContext {
  /** Children that work side by side. */
  readonly workers: number;
  /** Hears of every finished unit. */
  readonly report: (done: number, all: number, unit: Unit, ms: number) => void;
}

/** Raise it when a unit measures something else than before: remembered results are not used any more. */
const MEASURE_REVISION = 1;

/**
 * Results of the units, in their order. What is known from an interrupted run of the same library and units is not done
 * again: every result is appended to a file of JSON lines as it comes.
 */
export async function runUnits(units: readonly Unit[], options: PoolOptions): Promise<unknown[]> {
  const file = join(options.work, 'results.jsonl');
  await mkdir(dirname(file), { recursive: true });
  const known = await readResults(file);
  const keys = units.map((unit) => shortHash(JSON.stringify([MEASURE_REVISION, options.version, unit])));
  const open = keys.flatMap((key, index) => (known.has(key) ? [] : [index]));
  let done = units.length - open.length;
  const finish = async (index: number, value: unknown, ms: number) => {
    const [key, unit] = [keys[index], units[index]];
    if (key === undefined || unit === undefined) return;
    known.set(key, value);
    await appendFile(file, `${JSON.stringify({ key, value: value ?? null })}\n`);
    options.report(++done, units.length, unit, ms);
  };
  const workers = Math.min(options.workers, open.length);
  await Promise.all(Array.from({ length: workers }, () => drain(open, units, options, finish)));
  return keys.map((key) => known.get(key));
}

const resultLine = z.object({ key: z.string(), value: z.unknown() });

async function readResults(file: string): Promise<Map<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Map<string, unknown>();
  // A last line that was cut off by the interruption is no result.
  for (const line of text.split('\n').slice(0, -1)) {
    const { key, value } = resultLine.parse(JSON.parse(line));
    known.set(key, value);
  }
  return known;
}

const answer = z.union([z.object({ error: z.string() }), z.object({ value: z.unknown() })]);

/** One child works until no unit is left. */
async function drain(
  open: number[],
  units: readonly Unit[],
  { work, version }: PoolOptions,
  finish: (index: number, value: unknown, ms: number) => Promise<void>,
): Promise<void> {
  const child = fork(join(import.meta.dirname, 'worker.js'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => [{ error: 'the child process ended' }]);
  try {
    for (let index = open.shift(); index !== undefined; index = open.shift()) {
      const startMs = performance.now();
      child.send({ unit: units[index], context: { work, version } });
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
      const reply = answer.parse(message);
      if ('error' in reply) throw new Error(`${JSON.stringify(units[index])}: ${reply.error}`);
      await finish(index, reply.value, performance.now() - startMs);
    }
  } finally {
    child.kill();
  }
}
