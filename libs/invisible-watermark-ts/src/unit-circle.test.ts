import { expect, test } from 'vitest';
import { unitCircle } from './unit-circle.js';

test('every angle of a turn is within rounding of the platform sine and cosine', () => {
  for (const denominator of [1, 3, 7, 320, 1001, 0.02])
    for (let step = 0; step <= 200; step++) {
      const angle = (2 * Math.PI * step) / 200;
      const { cos, sin } = unitCircle((denominator * step) / 200, denominator);
      expect(Math.abs(cos - Math.cos(angle))).toBeLessThan(2e-15);
      expect(Math.abs(sin - Math.sin(angle))).toBeLessThan(2e-15);
    }
});
