import { createI420, LANDMARK_COUNT, rgbToI420, type RgbImage } from '@guise/frame';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureMedia } from '../../../../tools/models/src/testing.js';
import { BEARDS } from '../../../../tools/synthetic-faces/src/attributes/beard.js';
import {
  drawAttributes,
  type DrawnAttributes,
} from '../../../../tools/synthetic-faces/src/attributes/draw-attributes.js';
import { openTestVision } from '../testing/open-vision.js';
import { readRgb } from '../testing/pictures.js';
import type { Vision } from '../types.js';
import { findAttributes, measureAttributes, ATTRIBUTE_THRESHOLDS } from './find-attributes.js';

const FIXTURES = new URL('../../../testing/fixtures/synthetic-faces/', import.meta.url);
const fixture = (name: string): string => fileURLToPath(new URL(`${name}.jpg`, FIXTURES));

let vision: Vision;
let pictures: ReadonlyMap<string, RgbImage>;

beforeAll(async () => {
  vision = await openTestVision();
  const { mediaDir } = await ensureMedia();
  pictures = new Map([
    ['ada', await readRgb(fixture('ada-straight'))],
    ['ben', await readRgb(fixture('ben-straight'))],
    ['chen', await readRgb(fixture('chen-straight'))],
    ['chen in light from the side', await readRgb(fixture('chen-side-light'))],
    ['a painted portrait', await readRgb(join(mediaDir, 'joconde.jpg'), 1200)],
  ]);
});

afterAll(() => vision.close());

/** Dark frames, and hair that is nearly black: a brown beard on brown skin is not found. */
const SEED = 1;
const FACES = ['ada', 'ben', 'chen', 'chen in light from the side', 'a painted portrait'];

/** The face as it is, or with something drawn on it, under the mesh that is found then. */
async function look(name: string, worn?: Omit<DrawnAttributes, 'seed'>) {
  const bare = pictures.get(name);
  if (bare === undefined) throw new Error(`there is no picture of ${name}`);
  const picture =
    worn === undefined ? bare : await drawAttributes(bare, await meshOf(bare), { ...worn, seed: SEED });
  return [rgbToI420(picture), await meshOf(picture)] as const;
}

async function meshOf(picture: RgbImage): Promise<Float32Array> {
  const [face] = await vision.detectFaces(rgbToI420(picture));
  if (face === undefined) throw new Error('no face was found');
  return face.landmarks;
}

describe('findAttributes', () => {
  it.each(FACES)('finds nothing on the bare face of %s', async (name) => {
    expect(findAttributes(...(await look(name)))).toEqual([]);
  });

  it.each(FACES)('finds glasses, and no beard, on %s', async (name) => {
    for (const glasses of ['acetate', 'browline'] as const)
      expect(findAttributes(...(await look(name, { glasses }))), glasses).toEqual([
        { attribute: 'glasses', certainty: 'clear' },
      ]);
  });

  it.each(FACES)('finds a beard, and no glasses, on %s', async (name) => {
    for (const beard of BEARDS.filter((kind) => kind !== 'stubble')) {
      const [finding, ...more] = findAttributes(...(await look(name, { beard })));
      expect(finding?.attribute, beard).toBe('beard');
      expect(more, beard).toEqual([]);
    }
  });

  it('finds both', async () => {
    const found = findAttributes(...(await look('ada', { glasses: 'acetate', beard: 'full' })));
    expect(found.map(({ attribute }) => attribute)).toEqual(['glasses', 'beard']);
  });

  it('says "possible" where bare faces come near', async () => {
    const seen = await look('ada', { glasses: 'wire' });
    expect(findAttributes(...seen)).toEqual([{ attribute: 'glasses', certainty: 'possible' }]);
    expect(measureAttributes(...seen).glasses).toBeLessThan(ATTRIBUTE_THRESHOLDS.glasses.clear);
  });

  it('takes stubble for skin', async () => {
    expect(findAttributes(...(await look('ada', { beard: 'stubble' })))).toEqual([]);
  });

  it('measures the same in a picture of twice the size', async () => {
    const bare = pictures.get('ada');
    if (bare === undefined) throw new Error('there is no ada');
    const large = await readRgb(fixture('ada-straight'), 960);
    const [small, mesh] = await look('ada', { glasses: 'acetate' });
    const doubled = await drawAttributes(
      large,
      (await meshOf(bare)).map((value) => value * 2),
      {
        glasses: 'acetate',
        seed: 3,
      },
    );
    const [one, two] = [
      measureAttributes(small, mesh),
      measureAttributes(rgbToI420(doubled), await meshOf(doubled)),
    ];
    expect(two.glasses / one.glasses).toBeGreaterThan(0.7);
    expect(two.glasses / one.glasses).toBeLessThan(1.4);
  });

  it('refuses a mesh that is none', () => {
    const frame = createI420(64, 64);
    expect(() => findAttributes(frame, new Float32Array(12))).toThrow('finite points');
    expect(() => findAttributes(frame, new Float32Array(LANDMARK_COUNT * 3).fill(Number.NaN))).toThrow(
      'finite points',
    );
  });

  it('answers for any finite mesh', () => {
    const frame = createI420(64, 64);
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, (some) => {
        const mesh = Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => some[i % some.length] ?? 0);
        expect(Object.values(measureAttributes(frame, mesh)).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
