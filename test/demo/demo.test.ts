import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureMedia, ensureModels } from '../../tools/models/src/testing.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const CLIENT = join(ROOT, 'apps', 'client', 'dist', 'main.js');
const AUTHORITY = join(ROOT, 'apps', 'authority', 'dist', 'main.js');
const built = existsSync(CLIENT) && existsSync(AUTHORITY);
/** There, nothing may be left out: without a build the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);

/** The JSON shape that scripts rely on. */
const results = z.strictObject({
  ok: z.boolean(),
  steps: z.array(
    z.strictObject({ name: z.string(), expected: z.string(), got: z.string(), ok: z.boolean() }),
  ),
  verdicts: z.record(z.string(), z.string()),
  stages: z.array(z.strictObject({ name: z.string(), medianMs: z.number(), p95Ms: z.number() })),
});

/** Refusals that issue and README promise, by the words of their steps. */
const PROMISED = [
  'a painting cannot be enrolled',
  'a device that was never paired',
  'no permit',
  "another device's permit",
  'an expired permit',
  'an altered avatar file',
  'another person before the camera',
  'Wim in a live session',
  'withdrawn while it is worn',
  'withdrawn: no new permit',
  'an unmarked recording',
  'a marked frame pasted into another picture',
  'the proof stands alone',
];

describe.skipIf(!built && !complete)('the demo, short (needs `npm run build`)', () => {
  let out = '';
  let exit: number | null = null;
  let story: z.infer<typeof results>;

  beforeAll(async () => {
    expect(built, 'the client and the authority must be built: npm run build').toBe(true);
    await Promise.all([ensureModels(), ensureMedia()]);
    out = await mkdtemp(join(tmpdir(), 'guise-demo-test-'));
    const json = join(out, 'answer.json');
    const args = [
      'demo',
      '--json',
      json,
      '--out',
      join(out, 'results'),
      '--enrol-seconds',
      '7',
      '--wear-seconds',
      '5',
    ];
    const child = spawn(process.execPath, [CLIENT, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'exit');
    exit = child.exitCode;
    story = results.parse(JSON.parse(await readFile(json, 'utf8')));
  }, 420_000);
  afterAll(() => rm(out, { recursive: true, force: true }));

  it('goes as told, step by step', () => {
    expect(story.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(story.ok).toBe(true);
    expect(exit).toBe(0);
  });

  it('shows every refusal', () => {
    expect(story.steps.map(({ name }) => name)).toEqual(expect.arrayContaining(PROMISED));
  });

  it('gives the verdicts that the README tells', () => {
    const { live, ...others } = story.verdicts;
    // Which of them, the step itself decides: a computer that did not keep up showed slates.
    expect(['authorised', 'inconclusive']).toContain(live);
    expect(others).toEqual({
      meeting: 'authorised',
      unmarked: 'unmarked',
      pasted: 'altered',
    });
  });

  it('times every stage', () => {
    expect(story.stages.length).toBeGreaterThan(3);
    for (const { medianMs, p95Ms } of story.stages) expect(p95Ms).toBeGreaterThanOrEqual(medianMs);
  });

  it('leaves what a stranger wants to look at, and no key', async () => {
    const files = await readdir(join(out, 'results'));
    for (const name of [
      'input.mp4',
      'output.mp4',
      'live.mp4',
      'meeting-360p.mp4',
      'report-pasted.html',
      'side-by-side-1.png',
      'report.html',
      'report.json',
      'timing.md',
    ]) {
      expect(files).toContain(name);
    }
    expect(files.filter((name) => /key|sign-in|pairing/.test(name))).toEqual([]);
    expect(await readFile(join(out, 'results', 'report.html'), 'utf8')).toContain(
      '<h1 id="verdict">Authorised</h1>',
    );
  });
});
