import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createI420, i420Bytes, i420ToRgb, scaleI420, type I420Frame } from '@guise/frame';
import { encodePng, encodeVideo } from '@guise/media';
import { createSeededRandom } from '@guise/testing';
import { createEmbedder, createEpochChain } from 'invisible-watermark-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXIT_CODES } from './exit-codes.js';
import { openTestClient } from './testing/test-context.js';

const KEY = createSeededRandom('marking key')(32);
const SESSION = 123_456_789;
const OTHER_SESSION = 42;
const CHAIN = createEpochChain(createSeededRandom('chain')(32), 10);

/** A picture with the texture that a mark needs: smooth shapes under fine grain. */
function texturedFrame(width: number, height: number): I420Frame {
  const data = new Uint8Array(i420Bytes(width, height)).fill(128);
  const grain = createSeededRandom('grain')(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shapes = 50 * Math.sin(x / 37) + 40 * Math.cos(y / 23 + x / 90);
      data[y * width + x] = Math.round(126 + shapes + ((grain[y * width + x] ?? 0) - 128) / 8);
    }
  }
  return { width, height, data };
}

/** A copy with the mark of a session's second. */
function marked(frame: I420Frame, session: number, epoch: number): I420Frame {
  const { width, height } = frame;
  const data = frame.data.slice();
  const embedder = createEmbedder({ key: KEY, session, epochKey: (at) => CHAIN.keyOf(at), width, height });
  embedder.embed(data.subarray(0, width * height), width, epoch);
  return { width, height, data };
}

/** Two pictures beside each other on a black desk. */
function beside(left: I420Frame, right: I420Frame): I420Frame {
  const desk = createI420(1280, 720);
  desk.data.fill(16, 0, 1280 * 720).fill(128, 1280 * 720);
  [left, right].forEach((picture, i) => {
    for (let y = 0; y < 360; y++) {
      const row = picture.data.subarray(y * 640, (y + 1) * 640);
      desk.data.set(row, (180 + y) * 1280 + i * 640);
    }
  });
  return desk;
}

/** As a negative: a codec that kept any block of the picture before would keep its mark with it. */
const negative = ({ data, ...size }: I420Frame): I420Frame => ({
  ...size,
  data: data.map((code) => 255 - code),
});

/** A clip at two pictures a second: marked in the seconds that have a session, another picture in the others. */
async function writeClip(
  file: string,
  frame: I420Frame,
  sessions: readonly (number | null)[],
): Promise<void> {
  const { width, height } = frame;
  const encoder = await encodeVideo(file, { width, height, fps: { num: 2, den: 1 } });
  for (const [second, session] of sessions.entries()) {
    const picture = session === null ? negative(frame) : marked(frame, session, second);
    for (let i = 0; i < 2; i++) await encoder.write(picture);
  }
  await encoder.finish();
}

const timeline = z.array(
  z.object({
    second: z.number(),
    state: z.string(),
    pictures: z
      .array(
        z.object({
          session: z.number(),
          epochHint: z.number().nullable(),
          region: z.array(z.object({ x: z.number(), y: z.number() })),
        }),
      )
      .optional(),
  }),
);
const timelineIn = (event: unknown) => z.object({ timeline }).parse(event).timeline;

describe('guise detect --key', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-detect-'));
    const frame = texturedFrame(1280, 720);
    await writeFile(path('plain.png'), await encodePng(i420ToRgb(frame)));
    await writeFile(path('marked.png'), await encodePng(i420ToRgb(marked(frame, SESSION, 3))));
    const half = scaleI420(frame, 640, 360);
    const gallery = beside(marked(half, SESSION, 3), marked(half, OTHER_SESSION, 4));
    await writeFile(path('gallery.png'), await encodePng(i420ToRgb(gallery)));
    await writeClip(path('clip.mp4'), half, [SESSION, SESSION, SESSION, null, null, null]);
    for (const [name, key] of [
      ['own.key', Buffer.from(KEY).toString('hex')],
      ['foreign.key', 'A'.repeat(43)],
      ['bad.key', 'short'],
    ] as const) {
      await writeFile(path(name), `${key}\n`, { mode: 0o600 });
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function detect(file: string, key: string, ...more: readonly string[]) {
    const client = await openTestClient({ json: true });
    const code = await client.run('detect', path(file), '--key', path(key), ...more);
    await client.close();
    return { code, event: client.events().at(-1) };
  }

  it('finds the mark of the own organisation, with its session', async () => {
    const { code, event } = await detect('marked.png', 'own.key');
    expect(event).toMatchObject({ type: 'detection', marked: true, session: SESSION, authorised: null });
    expect(code).toBe(EXIT_CODES.ok);
  });

  it('tells for each second of a clip how it was looked at and what was found in it', async () => {
    const { event } = await detect('clip.mp4', 'own.key');
    expect(event).toMatchObject({ marked: true, session: SESSION, coverage: { seconds: 6, read: 6 } });
    const seconds = timelineIn(event);
    // After the mark went away it is searched for once; where it is not, nothing else can be said to be missing.
    expect(seconds.map(({ state }) => state)).toEqual([
      ...['read', 'read', 'read'],
      ...['glanced', 'read', 'glanced'],
    ]);
    const sessions = seconds.map(({ pictures }) => pictures?.map(({ session }) => session));
    expect(sessions).toEqual([[SESSION], [SESSION], [SESSION], [], [], []]);
    expect(seconds.slice(0, 3).map(({ pictures }) => pictures?.[0]?.epochHint)).toEqual([0, 1, 2]);
  });

  it('looks at a part, and says nothing of the rest', async () => {
    const { event, code } = await detect('clip.mp4', 'own.key', '--from', '0:04', '--to', '6');
    expect(event).toMatchObject({ marked: false, coverage: { seconds: 2, read: 2 } });
    expect(timelineIn(event).map(({ second }) => second)).toEqual([4, 5]);
    expect(code).toBe(EXIT_CODES.unmarked);
    for (const wrong of [
      ['--from', 'noon'],
      ['--from', '5', '--to', '4'],
      ['--to', '0'],
    ])
      expect((await detect('clip.mp4', 'own.key', ...wrong)).code).toBe(EXIT_CODES.usage);
  });

  it('tells marked pictures beside each other apart, each with its place', { timeout: 60_000 }, async () => {
    const { event } = await detect('gallery.png', 'own.key');
    const pictures = (timelineIn(event)[0]?.pictures ?? []).toSorted((a, b) => a.session - b.session);
    expect(pictures.map(({ session }) => session)).toEqual([OTHER_SESSION, SESSION]);
    const [right, left] = pictures.map(({ region }) => region[0]);
    expect(Math.abs((left?.x ?? 99) - 0)).toBeLessThan(8);
    expect(Math.abs((right?.x ?? 99) - 640)).toBeLessThan(8);
    for (const corner of [left, right]) expect(Math.abs((corner?.y ?? 99) - 180)).toBeLessThan(8);
  });

  it.each([
    ['an unmarked picture', 'plain.png', 'own.key'],
    ['a foreign key', 'marked.png', 'foreign.key'],
  ])('finds nothing with %s', async (_, file, key) => {
    const { code, event } = await detect(file, key);
    expect(event).toMatchObject({ marked: false, session: null, confidenceLog10: null });
    expect(code).toBe(EXIT_CODES.unmarked);
  });

  it('refuses a key that others can read, a key that is none, and a file that is no picture', async () => {
    expect((await detect('own.key', 'own.key')).code).toBe(EXIT_CODES.badInput);
    expect((await detect('marked.png', 'bad.key')).code).toBe(EXIT_CODES.badInput);
    expect((await detect('nothing.png', 'own.key')).code).toBe(EXIT_CODES.badInput);
    await chmod(path('own.key'), 0o644);
    expect((await detect('marked.png', 'own.key')).event).toMatchObject({ exit: 'notPaired' });
  });
});
