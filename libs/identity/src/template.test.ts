import { EMBEDDING_LENGTH } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTemplates, createRotation, decodeTemplate, encodeTemplate } from './template.js';

const seed = (value: number) => new Uint8Array(32).fill(value);
const embedding = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: EMBEDDING_LENGTH,
    maxLength: EMBEDDING_LENGTH,
  })
  .map((values) => Float32Array.from(values))
  .filter((vector) => Math.hypot(...vector) > 0.1);

describe('protected templates', () => {
  const rotation = createRotation(seed(1));

  it('keep the cosine of any two embeddings under one seed', () => {
    fc.assert(
      fc.property(embedding, embedding, (a, b) => {
        const plain = compareTemplates(a, b);
        expect(compareTemplates(rotation.protect(a), rotation.protect(b))).toBeCloseTo(plain, 5);
      }),
      { numRuns: 50 },
    );
  });

  it('give the embedding back to the holder of the seed only', () => {
    const other = createRotation(seed(2));
    fc.assert(
      fc.property(embedding, (vector) => {
        const template = rotation.protect(vector);
        expect(compareTemplates(rotation.reveal(template), vector)).toBeCloseTo(1, 5);
        // Two random directions in 192 dimensions: cosine has a standard deviation of 0.072.
        expect(Math.abs(compareTemplates(other.reveal(template), vector))).toBeLessThan(0.45);
      }),
      { numRuns: 50 },
    );
  });

  it('are not comparable between seeds', () => {
    const cosines = Array.from({ length: 40 }, (_, i) => {
      const vector = Float32Array.from({ length: EMBEDDING_LENGTH }, (_v, j) => Math.sin(i * 7 + j * j));
      return compareTemplates(rotation.protect(vector), createRotation(seed(i + 10)).protect(vector));
    });
    const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.max(...cosines.map(Math.abs))).toBeLessThan(0.35);
  });

  it('are the same for the same seed', () => {
    const vector = Float32Array.from({ length: EMBEDDING_LENGTH }, (_, i) => Math.cos(i));
    expect(createRotation(seed(1)).protect(vector)).toEqual(rotation.protect(vector));
  });

  it('survive storage to the bit', () => {
    fc.assert(
      fc.property(embedding, (vector) => {
        expect(decodeTemplate(encodeTemplate(vector))).toEqual(vector);
      }),
    );
  });

  it.each([
    ['a short vector', new Float32Array(191).fill(1)],
    ['a zero vector', new Float32Array(192)],
    ['a vector with NaN', new Float32Array(192).fill(Number.NaN)],
  ])('refuse %s', (_name, vector) => {
    expect(() => rotation.protect(vector)).toThrow(RangeError);
    expect(() => encodeTemplate(vector)).toThrow(RangeError);
  });

  it('refuse bytes of another length and other seeds than 32 bytes', () => {
    expect(() => decodeTemplate(new Uint8Array(767))).toThrow(RangeError);
    expect(() => createRotation(new Uint8Array(31))).toThrow(RangeError);
  });
});
