import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permute } from './permute.js';

const orders = [
  [0, 3, 1, 2],
  [0, 2, 3, 1],
  [3, 0, 1, 2],
  [2, 1, 0, 3],
] as const;

describe('permute', () => {
  const shapes = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 5 })));

  it('moves every element to its place', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(...orders), (shape, order) => {
        const [a = 1, b = 1, c = 1, d = 1] = shape;
        const values = Float32Array.from({ length: a * b * c * d }, (_, i) => i);
        const result = permute(values, shape, order);
        expect(result.shape).toEqual(order.map((from) => shape[from]));
        const offset = (index: readonly number[], of: readonly number[]) =>
          index.reduce((sum, i, dimension) => sum * (of[dimension] ?? 1) + i, 0);
        for (let i = 0; i < a; i++)
          for (let j = 0; j < b; j++)
            for (let k = 0; k < c; k++)
              for (let l = 0; l < d; l++) {
                const from = [i, j, k, l];
                const to = order.map((dimension) => from[dimension] ?? 0);
                expect(result.values[offset(to, result.shape)]).toBe(values[offset(from, shape)]);
              }
      }),
    );
  });
});
