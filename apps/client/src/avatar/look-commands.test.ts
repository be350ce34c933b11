import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleSha256, encodeBundle, parseBundle } from '@guise/avatar';
import { decodeImage } from '@guise/media';
import { afterEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../exit-codes.js';
import { sampleBundle } from '../testing/sample-bundle.js';
import { openTestClient } from '../testing/test-context.js';
import { builtinBundle, findCharacter } from './builtin.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function client() {
  const opened = await openTestClient({ json: true });
  closing.push(opened.close);
  return opened;
}

const bundle = await builtinBundle(findCharacter('slate'));
const file = encodeBundle(bundle);

describe('guise avatar builtin', () => {
  it('lists the characters without a name', async () => {
    const guise = await client();
    expect(await guise.run('avatar', 'builtin')).toBe(EXIT_CODES.ok);
    expect(JSON.stringify(guise.events())).toMatch(/"slate".*"sage".*"heather".*"clay"/);
  });

  it('writes a bundle that any client makes alike, of nobody’s likeness', async () => {
    const guise = await client();
    const output = join(guise.home, 'slate.guise');
    expect(await guise.run('avatar', 'builtin', 'slate', '-o', output)).toBe(EXIT_CODES.ok);
    const written = new Uint8Array(await readFile(output));
    expect(bundleSha256(written)).toBe(bundleSha256(file));
    expect(parseBundle(written)).toMatchObject({
      kind: 'stylised',
      likeness: 'artwork',
      licence: 'Apache-2.0',
    });
  });

  it('names the characters when asked for another', async () => {
    const guise = await client();
    expect(await guise.run('avatar', 'builtin', 'nobody')).toBe(EXIT_CODES.usage);
    expect(JSON.stringify(guise.events().at(-1))).toContain('slate, sage, heather, clay');
  });

  it('has a mask that is the drawing’s own: the person whole, the corners of the room not', () => {
    const { width = 0, height = 0, data = new Uint8Array() } = bundle.personMask ?? {};
    const at = (vertex: number): number => {
      const [x = 0, y = 0] = bundle.landmarks.subarray(vertex * 3);
      const column = Math.floor((x / bundle.picture.width) * width);
      return data[Math.floor((y / bundle.picture.height) * height) * width + column] ?? -1;
    };
    expect([10, 152, 234, 454, 4].map(at)).toEqual([255, 255, 255, 255, 255]);
    expect([data[0], data[width - 1], data[(height - 1) * width]]).toEqual([0, 0, 0]);
  });
});

describe('guise avatar inspect', () => {
  it('says what a bundle is, and finds nothing wrong with a built-in one', async () => {
    const guise = await client();
    const input = join(guise.home, 'slate.guise');
    await writeFile(input, file);
    expect(await guise.run('avatar', 'inspect', input)).toBe(EXIT_CODES.ok);
    expect(guise.events().at(-1)).toMatchObject({
      ...{
        type: 'avatar-inspection',
        name: 'Slate',
        kind: 'stylised',
        sha256: bundleSha256(file),
        warnings: [],
      },
      picture: { width: bundle.picture.width, mediaType: 'image/png' },
    });
  });

  it('warns of a turned view that is not turned', async () => {
    const guise = await client();
    const input = join(guise.home, 'view.guise');
    const { picture, landmarks } = bundle;
    const views = [{ role: 'turned-left' as const, picture, landmarks }];
    await writeFile(input, encodeBundle({ ...bundle, views }));
    expect(await guise.run('avatar', 'inspect', input)).toBe(EXIT_CODES.ok);
    expect(JSON.stringify(guise.events().at(-1))).toMatch(/face-not-turned.*turned-left view/);
  });

  it('warns of a bundle that cannot be worn, and refuses a file that is none', async () => {
    const guise = await client();
    const input = join(guise.home, 'sample.guise');
    await writeFile(input, await sampleBundle());
    expect(await guise.run('avatar', 'inspect', input)).toBe(EXIT_CODES.ok);
    expect(JSON.stringify(guise.events().at(-1))).toMatch(/landmarks-invalid.*no-person-mask/);
    expect(await guise.run('avatar', 'inspect', process.execPath)).toBe(EXIT_CODES.badInput);
  });
});

describe('guise avatar preview', () => {
  it('shows every pose, and says across each of them that it is a preview', async () => {
    const guise = await client();
    const [input, output] = [join(guise.home, 'slate.guise'), join(guise.home, 'slate.png')];
    await writeFile(input, file);
    expect(await guise.run('avatar', 'preview', input, '-o', output)).toBe(EXIT_CODES.ok);
    const sheet = await decodeImage(output);
    expect([sheet.width, sheet.height]).toEqual([1920, 1440]);
    const red = (x: number, y: number): number => sheet.data[(y * sheet.width + x) * 3] ?? 0;
    for (let tile = 0; tile < 12; tile++) {
      const [left, top] = [640 * (tile % 3), 360 * Math.floor(tile / 3)];
      const band = Array.from({ length: 640 }, (_, x) => red(left + x, top + 320));
      expect(Math.min(...band)).toBeLessThan(30);
      expect(band.filter((value) => value > 200).length).toBeGreaterThan(60);
    }
    const tileBytes = (tile: number): string =>
      Array.from({ length: 200 }, (_, x) =>
        red(640 * (tile % 3) + 220 + x, 360 * Math.floor(tile / 3) + 150),
      ).join();
    expect(new Set([0, 2, 3, 4, 5].map(tileBytes)).size).toBe(5);
  });

  it('shows further views as they are, marked', async () => {
    const guise = await client();
    const [input, output] = [join(guise.home, 'view.guise'), join(guise.home, 'view.png')];
    const { picture, landmarks } = bundle;
    await writeFile(input, encodeBundle({ ...bundle, views: [{ role: 'turned-left', picture, landmarks }] }));
    expect(await guise.run('avatar', 'preview', input, '-o', output)).toBe(EXIT_CODES.ok);
    const sheet = await decodeImage(output);
    expect([sheet.width, sheet.height]).toEqual([1920, 1800]);
    const row = (y: number): number[] =>
      Array.from({ length: 640 }, (_, x) => sheet.data[((1440 + y) * sheet.width + x) * 3] ?? 0);
    expect(row(320).filter((value) => value > 200).length).toBeGreaterThan(60);
    expect(new Set(row(150)).size).toBeGreaterThan(20);
  });

  it('writes no other kind of file', async () => {
    const guise = await client();
    const input = join(guise.home, 'slate.guise');
    await writeFile(input, file);
    expect(await guise.run('avatar', 'preview', input, '-o', join(guise.home, 'x.gif'))).toBe(
      EXIT_CODES.usage,
    );
  });
});
