import { fileURLToPath } from 'node:url';
import { encodeBundle, parseBundle } from '@guise/avatar';
import { createVision, openModelRegistry, type Vision } from '@guise/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureModels } from '../../../../tools/models/src/testing.js';
import { CliError } from '../cli-error.js';
import { bundleOf, portraitFromPicture } from './build-bundle.js';
import type { Portrait } from './cut-out.js';
import { viewFromPicture } from './further-views.js';
import { turnedViews } from './turned-views.js';

const FIXTURES = new URL('../../../../libs/testing/fixtures/synthetic-faces/', import.meta.url);
const fixture = (name: string): string => fileURLToPath(new URL(`${name}.jpg`, FIXTURES));
const WORDS = {
  ...({ name: 'Ada', kind: 'own-face', likeness: 'person' } as const),
  ...{ provenance: 'a synthetic actor', licence: 'CC0', createdAt: 1_793_534_400 },
};

describe('further views of an avatar', () => {
  let vision: Vision;
  let portrait: Portrait;
  beforeAll(async () => {
    const { manifestPath, modelsDir } = await ensureModels();
    vision = await createVision({ registry: await openModelRegistry({ manifestPath, cacheDir: modelsDir }) });
    portrait = await portraitFromPicture(vision, fixture('ada-straight'));
  });
  afterAll(() => vision.close());

  it('are in the bundle by their role, cut to the face, and decoded for an overlay', async () => {
    const views = [
      await viewFromPicture(vision, 'mouth-open', fixture('ada-mouth-open'), portrait),
      await viewFromPicture(vision, 'turned-left', fixture('ada-yaw30'), portrait),
      await viewFromPicture(vision, 'turned-right', fixture('ada-yaw-30'), portrait),
    ];
    const bundle = parseBundle(encodeBundle(await bundleOf(vision, portrait, WORDS, views)));
    expect(bundle.views?.map(({ role }) => role)).toEqual(['mouth-open', 'turned-left', 'turned-right']);
    const [open, left] = bundle.views ?? [];
    expect(left?.picture.width).toBeLessThan(open?.picture.width ?? 0);
    expect(Object.keys(await turnedViews(bundle))).toEqual(['left', 'right']);
    expect(await turnedViews(await bundleOf(vision, portrait, WORDS, views.slice(0, 1)))).toEqual({});
  });

  it.each([
    ['turned-left', 'ada-yaw-30', /own left.*other side/],
    ['turned-right', 'ada-straight', /own right/],
    ['turned-left', 'ada-yaw10', /20° to 45°.*\d+°/],
    ['turned-left', 'nobody', /200 pixels/],
    ['turned-left', 'ada-and-ben', /only the avatar/],
    ['mouth-open', 'ada-straight', /teeth show/],
  ] as const)('as %s, %s is refused with what to do', async (role, name, advice) => {
    const refused = await viewFromPicture(vision, role, fixture(name), portrait).catch((e: unknown) => e);
    if (!(refused instanceof CliError)) throw new Error(`${name} was not refused`);
    expect([refused.exit, refused.advice]).toEqual(['badInput', expect.stringMatching(advice)]);
  });

  it('are refused when they show somebody else', async () => {
    const ben = await portraitFromPicture(vision, fixture('ben-straight'));
    const asked = viewFromPicture(vision, 'turned-left', fixture('ada-yaw30'), ben);
    await expect(asked).rejects.toThrow(/does not show the face of the portrait/);
  });
});
