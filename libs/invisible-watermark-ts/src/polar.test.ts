import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAYLOAD_BITS, POLAR_LENGTH } from './format.js';
import { polarInformationSet, polarTransform } from './polar.js';

const SET = polarInformationSet(POLAR_LENGTH, PAYLOAD_BITS);

test('the information set is the one of the specification', () => {
  expect(SET).toHaveLength(60);
  expect([...SET.slice(0, 6)]).toEqual([253, 254, 255, 375, 379, 381]);
  expect(
    createHash('sha256')
      .update([...SET].join(','))
      .digest('hex'),
  ).toBe('7c04b007dc6612c2c4387e7df85f35622caca5ac2a59d1b788a088cce5cddfd2');
});

test('the transform is its own inverse and linear', () => {
  const bits = fc.uint8Array({ min: 0, max: 1, minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(bits, bits, (a, b) => {
      const twice = a.slice();
      polarTransform(twice, 0, 64);
      polarTransform(twice, 0, 64);
      expect(twice).toEqual(a);
      const [ta, tb, tsum] = [a.slice(), b.slice(), a.map((bit, i) => bit ^ (b[i] ?? 0))];
      for (const word of [ta, tb, tsum]) polarTransform(word, 0, 64);
      expect(tsum).toEqual(ta.map((bit, i) => bit ^ (tb[i] ?? 0)));
    }),
  );
});
