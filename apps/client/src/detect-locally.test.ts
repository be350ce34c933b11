import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { i420Bytes, i420ToRgb, type I420Frame } from '@guise/frame';
import { encodePng } from '@guise/media';
import { createSeededRandom } from '@guise/testing';
import { createEmbedder, createEpochChain } from 'invisible-watermark-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from './exit-codes.js';
import { openTestClient } from './testing/test-context.js';

const KEY = createSeededRandom('marking key')(32);
const SESSION = 123_456_789;

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

describe('guise detect --key', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-detect-'));
    const frame = texturedFrame(1280, 720);
    await writeFile(path('plain.png'), await encodePng(i420ToRgb(frame)));
    const chain = createEpochChain(createSeededRandom('chain')(32), 10);
    const embedder = createEmbedder({
      key: KEY,
      session: SESSION,
      epochKey: (epoch) => chain.keyOf(epoch),
      width: 1280,
      height: 720,
    });
    embedder.embed(frame.data.subarray(0, 1280 * 720), 1280, 3);
    await writeFile(path('marked.png'), await encodePng(i420ToRgb(frame)));
    for (const [name, key] of [
      ['own.key', Buffer.from(KEY).toString('hex')],
      ['foreign.key', 'A'.repeat(43)],
      ['bad.key', 'short'],
    ] as const) {
      await writeFile(path(name), `${key}\n`, { mode: 0o600 });
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function detect(file: string, key: string) {
    const client = await openTestClient({ json: true });
    const code = await client.run('detect', path(file), '--key', path(key));
    await client.close();
    return { code, event: client.events()[0] };
  }

  it('finds the mark of the own organisation, with its session', async () => {
    const { code, event } = await detect('marked.png', 'own.key');
    expect(event).toMatchObject({ type: 'detection', marked: true, session: SESSION, authorised: null });
    expect(code).toBe(EXIT_CODES.ok);
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
