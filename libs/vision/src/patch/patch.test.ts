import { i420Bytes, rgbOf, type I420Frame } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VisionError } from '../errors.js';
import { fitSimilarity, regionToPatch, type Affine, type Point } from './affine.js';
import { checkFrame, PatchReader, type PatchFormat } from './patch.js';
import { samplePlane } from './plane-sampler.js';

const FORMAT: PatchFormat = {
  width: 8,
  height: 6,
  order: 'rgb',
  layout: 'interleaved',
  scale: 1,
  offset: 0,
  outside: 'edge',
};

function flatFrame(width: number, height: number, [y, u, v]: readonly [number, number, number]): I420Frame {
  const data = new Uint8Array(i420Bytes(width, height)).fill(y, 0, width * height);
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  data.fill(u, width * height, width * height + chroma);
  data.fill(v, width * height + chroma);
  return { width, height, data };
}

/** The sampler's rule, written as plainly as possible: the oracle. */
function sampleSlowly(
  plane: Uint8Array,
  width: number,
  height: number,
  map: Affine,
  x: number,
  y: number,
): number {
  const scale = Math.max(Math.hypot(map.a, map.d), Math.hypot(map.b, map.e));
  const n = Math.min(5, Math.max(1, Math.ceil(scale / 1.5)));
  const pixel = (i: number, j: number): number =>
    plane[Math.min(Math.max(j, 0), height - 1) * width + Math.min(Math.max(i, 0), width - 1)] ?? NaN;
  let sum = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const [px, py] = [x + (i + 0.5) / n, y + (j + 0.5) / n];
      const u = Math.min(Math.max(map.a * px + map.b * py + map.c - 0.5, 0), width - 1);
      const v = Math.min(Math.max(map.d * px + map.e * py + map.f - 0.5, 0), height - 1);
      const [fx, fy] = [u - Math.floor(u), v - Math.floor(v)];
      const row = (dy: number): number =>
        pixel(Math.floor(u), Math.floor(v) + dy) * (1 - fx) +
        pixel(Math.floor(u) + 1, Math.floor(v) + dy) * fx;
      sum += row(0) * (1 - fy) + row(1) * fy;
    }
  }
  return sum / (n * n);
}

describe('samplePlane', () => {
  it('equals the plain rule for any map, size and content', () => {
    const number = (limit: number): fc.Arbitrary<number> =>
      fc.double({ min: -limit, max: limit, noNaN: true });
    const maps = fc.record({
      a: number(9),
      b: number(9),
      c: number(40),
      d: number(9),
      e: number(9),
      f: number(40),
    });
    fc.assert(
      fc.property(
        maps,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.uint8Array({ minLength: 1600, maxLength: 1600 }),
        (map, width, height, data) => {
          const out = new Float32Array(12);
          samplePlane({ data, offset: 0, width, height }, map, 4, 3, 'edge', out);
          for (let i = 0; i < 12; i++) {
            const expected = sampleSlowly(data, width, height, map, i % 4, Math.floor(i / 4));
            // Weights of 8 bits in two directions, between samples up to 255 apart.
            expect(Math.abs((out[i] ?? NaN) - expected)).toBeLessThan(1.01);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('averages detail that the patch cannot show', () => {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, i) =>
      ((i % 64) + Math.floor(i / 64)) % 2 === 0 ? 0 : 200,
    );
    const out = new Float32Array(64);
    samplePlane(
      { data, offset: 0, width: 64, height: 64 },
      { a: 8, b: 0, c: 0, d: 0, e: 8, f: 0 },
      8,
      8,
      'edge',
      out,
    );
    for (const value of out) expect(value).toBeCloseTo(100, 0);
  });
});

describe('PatchReader', () => {
  it.each([
    [16, 128, 128],
    [235, 128, 128],
    [81, 90, 240],
    [145, 54, 34],
  ] as const)('converts BT.709 limited range %i,%i,%i in every layout', (y, u, v) => {
    const frame = flatFrame(33, 17, [y, u, v]);
    const expected = rgbOf(y, u, v).map((value) => Math.min(Math.max(value, 0), 255));
    const map = regionToPatch({ cx: 16, cy: 8, width: 20, height: 12, angle: 0.4 }, 8, 6);
    const rgb = new Float32Array(144);
    new PatchReader(FORMAT).read(frame, map, rgb);
    const bgrPlanes = new Float32Array(144);
    new PatchReader({ ...FORMAT, order: 'bgr', layout: 'planar', scale: 2, offset: -1 }).read(
      frame,
      map,
      bgrPlanes,
    );
    expected.forEach((value, channel) => {
      expect(rgb[30 + channel]).toBeCloseTo(value, 1);
      expect(bgrPlanes[(2 - channel) * 48 + 10]).toBeCloseTo(value * 2 - 1, 0);
    });
  });

  it('shows black, or the edge carried on, beyond the frame', () => {
    const frame = flatFrame(9, 9, [200, 128, 128]);
    const beyond = regionToPatch({ cx: -40, cy: -40, width: 8, height: 6, angle: 0 }, 8, 6);
    const [black, edge] = [new Float32Array(144), new Float32Array(144)];
    new PatchReader({ ...FORMAT, outside: 'black' }).read(frame, beyond, black);
    new PatchReader(FORMAT).read(frame, beyond, edge);
    expect(Math.max(...black)).toBeCloseTo(0, 3);
    expect(Math.min(...edge)).toBeCloseTo(1.164384 * 184, 1);
  });

  it('never gives a value outside the range or reads past the data, whatever the region', () => {
    const frame = flatFrame(7, 5, [180, 60, 220]);
    const reader = new PatchReader(FORMAT);
    const out = new Float32Array(144);
    const any = fc.double({ noNaN: false });
    fc.assert(
      fc.property(any, any, any, any, any, any, (a, b, c, d, e, f) => {
        reader.read(frame, { a, b, c, d, e, f }, out);
        expect(out.every((value) => Number.isNaN(value) || (value >= 0 && value <= 255))).toBe(true);
      }),
    );
  });
});

describe('checkFrame', () => {
  it.each([
    [0, 4, 100],
    [4, -1, 100],
    [2.5, 2, 100],
    [8193, 2, 100000],
    [4, 4, 23],
  ])('refuses %s×%s with %s bytes', (width, height, bytes) => {
    const bad = { width, height, data: new Uint8Array(bytes) };
    expect(() => {
      checkFrame(bad);
    }).toThrow(VisionError);
  });
});

describe('fitSimilarity', () => {
  it('recovers turn, scale and shift', () => {
    const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        coordinate,
        coordinate,
        (angle, scale, dx, dy) => {
          const from: Point[] = [
            [0, 0],
            [10, 1],
            [4, 8],
            [-3, 5],
          ];
          const [a, d] = [scale * Math.cos(angle), scale * Math.sin(angle)];
          const to = from.map(([x, y]): Point => [a * x - d * y + dx, d * x + a * y + dy]);
          const map = fitSimilarity(from, to);
          expect(map.a).toBeCloseTo(a, 6);
          expect(map.d).toBeCloseTo(d, 6);
          expect(map.c).toBeCloseTo(dx, 5);
          expect(map.f).toBeCloseTo(dy, 5);
        },
      ),
    );
  });
});
