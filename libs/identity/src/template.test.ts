import { EMBEDDING_LENGTH } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTemplates,
  createBinariser,
  SAME_FACE_COSINE,
  SAME_FACE_DISTANCE,
  TEMPLATE_BITS,
  TEMPLATE_BYTES,
  templateDistance,
} from './template.js';

const seed = (value: number) => new Uint8Array(32).fill(value);
const embedding = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: EMBEDDING_LENGTH,
    maxLength: EMBEDDING_LENGTH,
  })
  .map((values) => Float32Array.from(values))
  .filter((vector) => Math.hypot(...vector) > 0.1);

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b));

describe('protected templates', () => {
  const binariser = createBinariser(seed(1));

  it('tell the cosine of any two embeddings under one seed', () => {
    const mixed = fc.tuple(embedding, embedding, fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(mixed, ([a, b, share]) => {
        const between = a.map((value, i) => share * value + (1 - share) * (b[i] ?? 0));
        fc.pre(Math.hypot(...between) > 0.01);
        const told = compareTemplates(binariser.protect(a), binariser.protect(between));
        // Five standard deviations of a share of 2048 bits, as a cosine.
        expect(Math.abs(told - cosine(a, between))).toBeLessThan(0.175);
      }),
      { numRuns: 100 },
    );
  });

  it('do not tell how long an embedding is', () => {
    fc.assert(
      fc.property(embedding, (vector) => {
        expect(binariser.protect(vector.map((value) => 3 * value))).toEqual(binariser.protect(vector));
      }),
      { numRuns: 20 },
    );
  });

  it('of one face under different seeds differ as those of strangers do', () => {
    const vector = Float32Array.from({ length: EMBEDDING_LENGTH }, (_, j) => Math.sin(j * j));
    const templates = Array.from({ length: 12 }, (_, i) => createBinariser(seed(i)).protect(vector));
    const distances = templates.flatMap((a, i) => templates.slice(i + 1).map((b) => templateDistance(a, b)));
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
    // 66 pairs of 2048 fair bits, each of deviation 22.6: their mean has one of 2.8.
    expect(Math.abs(mean - TEMPLATE_BITS / 2)).toBeLessThan(17);
    expect(Math.min(...distances)).toBeGreaterThan(TEMPLATE_BITS / 2 - 6 * 22.6);
  });

  it('are the same for the same seed', () => {
    const vector = Float32Array.from({ length: EMBEDDING_LENGTH }, (_, i) => Math.cos(i));
    expect(createBinariser(seed(1)).protect(vector)).toEqual(binariser.protect(vector));
  });

  it('are compared by their own bytes, wherever in a larger buffer they lie', () => {
    const template = binariser.protect(new Float32Array(EMBEDDING_LENGTH).fill(1));
    const inside = Buffer.concat([Buffer.alloc(3, 0xff), template]).subarray(3);
    expect(templateDistance(inside, template)).toBe(0);
  });

  it('count as one face from the cosine on that the network was measured at', () => {
    expect(Math.cos((Math.PI * SAME_FACE_DISTANCE) / TEMPLATE_BITS)).toBeGreaterThanOrEqual(SAME_FACE_COSINE);
    expect(Math.cos((Math.PI * (SAME_FACE_DISTANCE + 1)) / TEMPLATE_BITS)).toBeLessThan(SAME_FACE_COSINE);
  });

  it.each([
    ['a short vector', new Float32Array(191).fill(1)],
    ['a zero vector', new Float32Array(192)],
    ['a vector with NaN', new Float32Array(192).fill(Number.NaN)],
  ])('are not made of %s', (_name, vector) => {
    expect(() => binariser.protect(vector)).toThrow(RangeError);
  });

  it('refuse bytes of another length and other seeds than 32 bytes', () => {
    const whole = new Uint8Array(TEMPLATE_BYTES);
    expect(() => templateDistance(whole, new Uint8Array(TEMPLATE_BYTES - 1))).toThrow(RangeError);
    expect(() => createBinariser(new Uint8Array(31))).toThrow(RangeError);
  });
});
