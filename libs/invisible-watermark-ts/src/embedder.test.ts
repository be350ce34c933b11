import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { bandGains } from './band.js';
import { createEmbedder, type EmbedderOptions } from './embedder.js';
import { FieldSynthesizer, mixLayers } from './field.js';
import { RealFft2d } from './fft2d.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { coverGeometry } from './geometry.js';
import { type KernelChoice, selectKernels } from './kernels/select.js';
import { FIELD_UNIT } from './strength.js';
import { deriveLayers, epochTagChips, payloadChips, timeChips } from './layers.js';
import { psnrDb, sceneClip, TEST_CHAIN, TEST_KEY } from './testing/marked-scene.js';
import { naturalScene } from './testing/natural-scene.js';

afterEach(() => {
  selectKernels('auto');
});

const options = (more: Partial<EmbedderOptions> = {}): EmbedderOptions => ({
  key: TEST_KEY,
  session: 5,
  epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
  width: 320,
  height: 180,
  ...more,
});

test('a textured scene keeps its target', () => {
  const scene = naturalScene({ width: 640, height: 360, seed: 3, noise: 8 });
  const embedder = createEmbedder(options({ width: 640, height: 360 }));
  for (let i = 0; i < 8; i++) {
    const before = scene.frame(i);
    const after = before.slice();
    embedder.embed(after, 640, 0);
    if (i > 2) expect(psnrDb(before, after)).toBeGreaterThanOrEqual(41.95);
    expect(psnrDb(before, after)).toBeLessThan(43);
    expect(Math.max(...sampled(before, after))).toBeLessThanOrEqual(7);
  }
});

test('a picture that is flat everywhere stays well above its target', () => {
  const before = Uint8Array.from({ length: 640 * 360 }, (_, i) => 90 + Math.floor(i / 640) / 6);
  const after = before.slice();
  createEmbedder(options({ width: 640, height: 360 })).embed(after, 640, 0);
  expect(psnrDb(before, after)).toBeGreaterThan(47);
});

function sampled(a: Uint8Array, b: Uint8Array): number[] {
  return Array.from({ length: 10_000 }, (_, i) => Math.abs((a[i * 23] ?? 0) - (b[i * 23] ?? 0)));
}

test('every even size is marked, and nothing outside the picture is touched', () => {
  const side = (least: number, most: number) =>
    fc.integer({ min: least / 2, max: most / 2 }).map((half) => 2 * half);
  fc.assert(
    fc.property(side(160, 420), side(90, 300), fc.nat(40), fc.nat(599), (long, short, extra, epoch) => {
      const [width, height] = epoch % 2 === 0 ? [long, Math.min(long, short)] : [Math.min(long, short), long];
      const stride = width + extra;
      const plane = new Uint8Array(stride * height).fill(120);
      createEmbedder(options({ width, height })).embed(plane, stride, epoch);
      let changed = 0;
      plane.forEach((value, i) => {
        if (value === 120) return;
        changed++;
        if (i % stride >= width) throw new Error('padding was touched');
      });
      expect(changed).toBeGreaterThan(0.2 * width * height);
    }),
    { numRuns: 25 },
  );
});

test.each([
  [160, 90],
  [3840, 2160],
  [2160, 3840],
])('the extreme size %i×%i is marked', (width, height) => {
  const plane = new Uint8Array(width * height).fill(100);
  createEmbedder(options({ width, height })).embed(plane, width, 1);
  const changed = plane.reduce((sum, value) => sum + (value === 100 ? 0 : 1), 0);
  expect(changed).toBeGreaterThan(0.2 * width * height);
});

test('black and white frames are marked without wrapping around', () => {
  for (const level of [0, 255]) {
    const plane = new Uint8Array(320 * 180).fill(level);
    createEmbedder(options()).embed(plane, 320, 0);
    expect(plane.every((value) => Math.abs(value - level) <= 7)).toBe(true);
  }
});

test('the same input gives the same bytes, and preparing ahead changes nothing', () => {
  const [frame] = sceneClip({ width: 320, height: 180, seed: 1, frames: 1, marked: false });
  const [once, twice] = [frame?.luma.slice(), frame?.luma.slice()];
  if (once === undefined || twice === undefined) throw new Error('no frame');
  createEmbedder(options()).embed(once, 320, 9);
  const prepared = createEmbedder(options());
  prepared.prepare(8);
  prepared.prepare(9);
  prepared.embed(twice, 320, 9);
  expect(twice).toEqual(once);
  expect(once).not.toEqual(frame?.luma);
});

test.each<KernelChoice>(['auto', 'scalar'])(
  'within an epoch no buffer is allocated, kernels %s',
  (choice) => {
    selectKernels(choice);
    const embedder = createEmbedder(options());
    // a padded plane with its chroma behind it
    const frame = Uint8Array.from({ length: 330 * 180 * 1.5 }, (_, i) => 60 + ((i * i) % 97));
    embedder.embed(frame, 330, 0);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 30; i++) embedder.embed(frame, 330, 0);
    expect(process.memoryUsage().arrayBuffers).toBeLessThanOrEqual(before);
  },
);

test('each epoch key is asked for once', () => {
  const asked: number[] = [];
  const embedder = createEmbedder(
    options({ epochKey: (epoch) => (asked.push(epoch), TEST_CHAIN.keyOf(epoch)) }),
  );
  const plane = new Uint8Array(320 * 180).fill(90);
  for (const epoch of [0, 0, 0, 1, 1, 2]) embedder.embed(plane, 320, epoch);
  expect(asked).toEqual([0, 1, 2]);
});

test('the drawn field is the band-passed sum of the specification', () => {
  const layers = deriveLayers(TEST_KEY);
  const chips = mixLayers(
    payloadChips(layers, 5),
    layers.pilot,
    timeChips(layers, 77),
    epochTagChips(TEST_CHAIN.keyOf(77)),
  );
  const size = { width: 1280, height: 720 };
  const { toFrame, scale } = coverGeometry(size);
  const field = new Int8Array(size.width * size.height);
  new FieldSynthesizer(size, toFrame, scale).render(chips, field);
  const points = Array.from({ length: 24 }, (_, i) => ({ x: (i * 331) % 1280, y: (i * 197) % 720 }));
  const expected = points.map(({ x, y }) =>
    bandPassedAt(chips, (x - 1.5) / CHIP_PITCH, (y - 1.5) / CHIP_PITCH),
  );
  points.forEach(({ x, y }, i) => {
    const drawn = (field[y * size.width + x] ?? 0) * FIELD_UNIT;
    expect(Math.abs(drawn - (expected[i] ?? 0))).toBeLessThan(0.25);
  });
});

/** Trigonometric interpolation of the band-passed chips at a chip coordinate, scaled to unit variance. */
function bandPassedAt(chips: Float32Array, u: number, v: number): number {
  const fft = new RealFft2d(CHIP_COLUMNS, CHIP_ROWS);
  const spectrum = fft.spectrum();
  fft.forward(chips, spectrum);
  const gains = bandGains(fft, CHIP_PITCH);
  let value = 0;
  let energy = 0;
  for (let ky = 0; ky < fft.rows; ky++)
    for (let kx = 0; kx < CHIP_COLUMNS; kx++) {
      const i = ky * CHIP_COLUMNS + kx;
      const weight = (ky === 0 || ky === CHIP_ROWS / 2 ? 1 : 2) * (gains[i] ?? 0);
      const signed = kx > CHIP_COLUMNS / 2 ? kx - CHIP_COLUMNS : kx;
      const angle = 2 * Math.PI * ((signed * u) / CHIP_COLUMNS + (ky * v) / CHIP_ROWS);
      value += weight * ((spectrum.re[i] ?? 0) * Math.cos(angle) - (spectrum.im[i] ?? 0) * Math.sin(angle));
      energy += weight * (gains[i] ?? 0) * ((spectrum.re[i] ?? 0) ** 2 + (spectrum.im[i] ?? 0) ** 2);
    }
  return value / CHIP_COUNT / Math.sqrt(energy / CHIP_COUNT ** 2);
}

test.each([
  ['invalid-size', { width: 321 }],
  ['invalid-size', { height: 181 }],
  ['invalid-size', { width: 158, height: 120 }],
  ['invalid-size', { width: 160, height: 88 }],
  ['invalid-size', { width: 3842, height: 2160 }],
  ['invalid-size', { width: Number.NaN }],
  ['invalid-key', { key: new Uint8Array(16) }],
  ['invalid-session', { session: 2 ** 44 }],
  ['invalid-session', { session: 0.5 }],
  ['invalid-option', { targetPsnrDb: Number.NaN }],
  ['invalid-option', { targetPsnrDb: 20 }],
] as const)('%s: %o is refused', (code, wrong) => {
  expect(() => createEmbedder(options(wrong))).toThrow(expect.objectContaining({ code }));
});

test('a wrong stride, a short plane, a wrong epoch and a short epoch key are refused, and the frame is kept', () => {
  const embedder = createEmbedder(options());
  const plane = new Uint8Array(320 * 180).fill(50);
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;
  expect(() => {
    embedder.embed(plane, 318, 0);
  }).toThrow(refusal('invalid-stride'));
  expect(() => {
    embedder.embed(plane, 321, 0);
  }).toThrow(refusal('invalid-stride'));
  expect(() => {
    embedder.embed(plane, Number.NaN, 0);
  }).toThrow(refusal('invalid-stride'));
  expect(() => {
    embedder.embed(plane, 320, -1);
  }).toThrow(refusal('invalid-epoch'));
  expect(() => {
    embedder.embed(plane, 320, 1.5);
  }).toThrow(refusal('invalid-epoch'));
  expect(() => {
    embedder.embed(plane, 320, 0, Number.NaN);
  }).toThrow(refusal('invalid-frames'));
  const keyless = createEmbedder(options({ epochKey: () => new Uint8Array(5) }));
  expect(() => {
    keyless.embed(plane, 320, 0);
  }).toThrow(refusal('invalid-key'));
  expect(plane.every((value) => value === 50)).toBe(true);
});
