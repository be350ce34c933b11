import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@guise/media';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compiled } from '../testing/index.js';
import { ChildMediaAnalyst, type ChildMediaAnalystOptions } from './child-media-analyst.js';
import type { MediaReading, Task } from './media-analyst.js';

const KEY = new Uint8Array(32).fill(7);
const READING: MediaReading = { seconds: [], materialSeconds: 1 };

describe('the media analyst in a process of its own', () => {
  let folder: string;
  let guard: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-analyst-'));
    guard = await compiled('verifications/memory-guard.js');
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const worker = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const analyst = (
    options: Partial<ChildMediaAnalystOptions> & { readonly script: string },
  ): ChildMediaAnalyst =>
    new ChildMediaAnalyst({
      key: () => Promise.resolve(KEY),
      logger: pino({ level: 'silent' }),
      timeLimitMs: { usual: 60_000, whole: 60_000 },
      memoryLimitBytes: 2 ** 30,
      maxWaiting: 2,
      ...options,
    });
  const task = (path: string, whole = false): Task => ({ path, seed: 1, whole });
  const nothing = () => Promise.resolve(null);

  it('reads a picture with the real worker, and says what is unreadable', { timeout: 120_000 }, async () => {
    const real = analyst({ script: await compiled('verifications/media-worker.js') });
    const grey = join(folder, 'grey.png');
    await writeFile(
      grey,
      await encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(99) }),
    );
    expect(await real.analyse(task(grey), nothing)).toMatchObject({
      materialSeconds: 1,
      seconds: [{ second: 0, marks: [] }],
    });
    const text = await worker('letter.mp4', 'Dear all');
    await expect(real.analyse(task(text), nothing)).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('is ended at its time limit with whatever it started, and the next file is served', async () => {
    const tick = join(folder, 'tick');
    const decode = `setInterval(() => require('node:fs').appendFileSync(${JSON.stringify(tick)}, '.'), 10)`;
    const script = await worker(
      'slow.cjs',
      `const { spawn } = require('node:child_process');
       process.on('message', ({ path }) => {
         if (path === 'next') return process.send({ say: 'reading', seconds: [], materialSeconds: 1 });
         spawn(process.execPath, ['-e', ${JSON.stringify(decode)}]);
         for (;;);
       });`,
    );
    const hasty = analyst({ script, timeLimitMs: { usual: 4000, whole: 60_000 } });
    await expect(hasty.analyse(task('first'), nothing)).rejects.toMatchObject({ code: 'too-slow' });
    expect(await hasty.analyse(task('next'), nothing)).toMatchObject(READING);
    const ticks = (await stat(tick)).size;
    expect(ticks).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await stat(tick)).size).toBe(ticks);
  });

  it('is ended when it uses more memory than it may, even while it computes', async () => {
    const script = await worker(
      'greedy.mjs',
      `import { guardMemory } from ${JSON.stringify(guard)};
       guardMemory(Number(process.argv[2]));
       const kept = [];
       process.on('message', ({ path }) => {
         if (path === 'next') return process.send({ say: 'reading', seconds: [], materialSeconds: 1 });
         for (;;) if (kept.length < 64) kept.push(Buffer.alloc(8 * 2 ** 20, 1));
       });`,
    );
    const greedy = analyst({ script, memoryLimitBytes: 300 * 2 ** 20 });
    await expect(greedy.analyse(task('first'), nothing)).rejects.toMatchObject({ code: 'too-heavy' });
    expect(await greedy.analyse(task('next'), nothing)).toMatchObject(READING);
  });

  it('may crash, die or lie: its file ends with an error, and the next is served', async () => {
    const script = await worker(
      'fickle.cjs',
      `process.on('message', ({ path }) => {
         if (path === 'crash') process.exit(3);
         if (path === 'die') process.kill(process.pid, 'SIGKILL');
         if (path === 'lie') return process.send({ say: 'reading', seconds: [{ second: -1 }], materialSeconds: 1 });
         process.send({ say: 'reading', seconds: [], materialSeconds: 1 });
       });`,
    );
    const fickle = analyst({ script });
    for (const path of ['crash', 'die', 'lie']) {
      await expect(fickle.analyse(task(path), nothing), path).rejects.toMatchObject({ code: 'failed' });
      expect(await fickle.analyse(task('next'), nothing), path).toMatchObject(READING);
    }
    const missing = analyst({ script: join(folder, 'missing.cjs') });
    await expect(missing.analyse(task('x'), nothing)).rejects.toMatchObject({ code: 'failed' });
  });

  it("signals no process that has exited: its number may be another one's by then", async () => {
    const script = await worker('gone.cjs', `process.on('message', () => process.exit(3));`);
    const kill = vi.spyOn(process, 'kill');
    await expect(analyst({ script }).analyse(task('x'), nothing)).rejects.toMatchObject({ code: 'failed' });
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });

  it('gives a recording that is read as a whole its own time', async () => {
    const script = await worker(
      'steady.cjs',
      `process.on('message', ({ whole }) => {
         const reading = { say: 'reading', seconds: [], materialSeconds: 1 };
         if (whole) setTimeout(() => process.send(reading), 1500);
       });`,
    );
    const patient = analyst({ script, timeLimitMs: { usual: 1000, whole: 60_000 } });
    await expect(patient.analyse(task('x'), nothing)).rejects.toMatchObject({ code: 'too-slow' });
    expect(await patient.analyse(task('x', true), nothing)).toMatchObject(READING);
  });

  it('puts together what is told in parts', async () => {
    const second = { marks: [], share: null, trace: null, confidenceLog10: null };
    const script = await worker(
      'parts.cjs',
      `process.on('message', () => {
         const second = ${JSON.stringify(second)};
         process.send({ say: 'seconds', seconds: [{ ...second, second: 0 }, { ...second, second: 1 }] });
         process.send({ say: 'reading', seconds: [{ ...second, second: 2 }], materialSeconds: 3 });
       });`,
    );
    const { seconds } = await analyst({ script }).analyse(task('x'), nothing);
    expect(seconds.map((one) => one.second)).toEqual([0, 1, 2]);
  });

  it('lets few wait and refuses the rest', async () => {
    const script = await worker('silent.cjs', 'process.on("message", () => undefined);');
    const crowded = analyst({ script, timeLimitMs: { usual: 1000, whole: 60_000 } });
    const asked = [1, 2, 3].map(() =>
      crowded.analyse(task('x'), nothing).then(
        () => 'read',
        (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
      ),
    );
    expect(await Promise.all(asked)).toEqual(['too-slow', 'too-slow', 'busy']);
  });

  it('keeps its file from others when the service stops', async () => {
    const script = await worker('silent2.cjs', 'process.on("message", () => undefined);');
    const stopping = analyst({ script });
    const asked = [stopping.analyse(task('x'), nothing), stopping.analyse(task('y'), nothing)];
    await new Promise((resolve) => setTimeout(resolve, 300));
    stopping.close();
    for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'failed' });
  });
});
