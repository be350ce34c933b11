import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureMedia, ensureModels } from '../../../../tools/models/src/testing.js';
import { EXIT_CODES } from '../exit-codes.js';
import { openTestClient } from '../testing/test-context.js';

let folder: string;
let picture: string;
let sha256: string;
beforeAll(async () => {
  const { manifestPath } = await ensureModels();
  const { mediaDir } = await ensureMedia();
  folder = await mkdtemp(join(tmpdir(), 'guise-enhance-'));
  picture = join(folder, 'small.png');
  // The painting's face becomes about 85 pixels wide.
  await sharp(join(mediaDir, 'joconde.jpg')).resize({ width: 330 }).toFile(picture);
  const { models } = JSON.parse(await readFile(manifestPath, 'utf8')) as {
    readonly models: readonly { readonly role: string; readonly sha256: string }[];
  };
  sha256 = models.find(({ role }) => role === 'picture-enlargement')?.sha256 ?? '';
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const WORDS = ['--name', 'Mona', '--kind', 'executive', '--likeness', 'artwork'];
const ORIGIN = ['--provenance', 'a painting', '--licence', 'public domain'];

async function build(...options: readonly string[]) {
  const guise = await openTestClient({ json: true });
  try {
    const output = join(guise.home, 'mona.guise');
    const args = ['avatar', 'build', '--picture', picture, ...WORDS, ...ORIGIN, '-o', output, ...options];
    const code = await guise.run(...args);
    const inspected = await guise.run('avatar', 'inspect', output);
    return { codes: [code, inspected], events: guise.events() };
  } finally {
    await guise.close();
  }
}

it('hints at --enhance where the face is small, and enhances nothing unasked', async () => {
  const { codes, events } = await build();
  expect(codes).toEqual([EXIT_CODES.ok, EXIT_CODES.ok]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'hint', option: '--enhance' }));
  expect(events.at(-1)).toMatchObject({ type: 'avatar-inspection', picture: { enhancement: null } });
});

it('enhances a small face, and whoever inspects the bundle sees by which network', async () => {
  const { codes, events } = await build('--enhance');
  expect(codes).toEqual([EXIT_CODES.ok, EXIT_CODES.ok]);
  const enhancement = { model: sha256, factor: 2 };
  expect(events).toContainEqual(expect.objectContaining({ type: 'enhanced', ...enhancement }));
  const inspection = events.at(-1);
  expect(inspection).toMatchObject({ type: 'avatar-inspection', picture: { width: 660, enhancement } });
  expect(JSON.stringify(inspection)).toContain('"code":"enhanced-picture"');
});
