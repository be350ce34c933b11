import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locateFfmpeg } from '@guise/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../exit-codes.js';
import { openTestClient } from '../testing/test-context.js';

/** The head of a PNG of 50,000 × 50,000 pixels: what follows does not matter. */
const BOMB = Buffer.from(
  '89504e470d0a1a0a0000000d49484452' +
    '0000c3500000c3500802000000' +
    'c4cdaa9d' +
    '0000000c49444154789c6360a00c000000400001b7347cef' +
    '0000000049454e44ae426082',
  'hex',
);

describe('guise detect and material that is none', () => {
  let folder = '';
  let ffmpeg = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-bad-'));
    ({ ffmpeg } = await locateFfmpeg());
    await writeFile(join(folder, 'own.key'), `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const make = async (name: string, ...words: readonly string[]): Promise<string> => {
    await promisify(execFile)(ffmpeg, ['-v', 'error', '-y', ...words, join(folder, name)]);
    return join(folder, name);
  };
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  async function detect(file: string) {
    const client = await openTestClient({ json: true });
    const code = await client.run('detect', file, '--key', join(folder, 'own.key'));
    await client.close();
    return { code, text: client.stdout() + client.stderr() };
  }

  it.each<[string, string | Uint8Array, string]>([
    ['zero.mp4', '', 'empty'],
    ['letter.mp4', 'Dear all, please find attached nothing.\n', 'not a video or picture'],
    ['archive.png', 'PK\u0003\u0004 and so on, as a ZIP begins', 'not a video or picture'],
    [
      'drawing.jpg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'not a video or picture',
    ],
    ['paper.webp', '%PDF-1.7\n%%EOF', 'not a video or picture'],
    ['list.m3u8', '#EXTM3U\n#EXTINF:1,\n/etc/hosts\n#EXT-X-ENDLIST\n', 'not a video or picture'],
    ['bomb.png', BOMB, '50000×50000'],
  ])('%s is refused with a reason', async (name, content, reason) => {
    const { code, text } = await detect(await write(name, content));
    expect(code).toBe(EXIT_CODES.badInput);
    expect(text).toContain(reason);
  });

  it('sound alone, pictures too small or thin, and a recording cut in its head are refused', async () => {
    const colour = (size: string): string[] => [
      '-f',
      'lavfi',
      '-i',
      `color=gray:size=${size}:rate=5:duration=1`,
    ];
    const sound = await make('sound.m4a', '-f', 'lavfi', '-i', 'sine=duration=1');
    const tiny = await make('tiny.png', ...colour('16x16'), '-frames:v', '1');
    const thin = await make('thin.mp4', ...colour('3200x34'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const whole = await make('whole.mp4', ...colour('64x64'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const cut = await write('cut.mp4', (await readFile(whole)).subarray(0, 700));
    for (const [file, reason] of [
      [sound, 'sound only'],
      [tiny, '16×16'],
      [thin, 'too thin'],
      [cut, 'damaged'],
    ] as const) {
      const { code, text } = await detect(file);
      expect(text, file).toContain(reason);
      expect(code, file).toBe(EXIT_CODES.badInput);
    }
  });

  it('black, white, odd-sized, moving and transparent pictures are read, and are unmarked', async () => {
    const source = (text: string): string[] => ['-f', 'lavfi', '-i', text];
    const files = [
      await make('black.mp4', ...source('color=black:size=160x90:rate=2:duration=1')),
      await make('white.png', ...source('color=white:size=160x90'), '-frames:v', '1'),
      await make('odd.gif', ...source('color=red:size=161x91:rate=4:duration=1')),
      await make('clear.png', ...source('color=red@0.3:size=160x90,format=rgba'), '-frames:v', '1'),
    ];
    for (const file of files) expect((await detect(file)).code, file).toBe(EXIT_CODES.unmarked);
  });
});
