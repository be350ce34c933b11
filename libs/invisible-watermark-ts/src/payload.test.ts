import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc8, encodePayloadBits, parsePayloadBits } from './payload.js';

const session = fc.integer({ min: 0, max: 2 ** 44 - 1 });

test('the CRC is CRC-8/AUTOSAR', () => {
  const bits = [...Buffer.from('123456789')].flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1),
  );
  expect(crc8(bits)).toBe(0xdf);
});

test('every payload survives its bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), session, (version, number) => {
      expect(parsePayloadBits(encodePayloadBits(version, number))).toEqual({ version, session: number });
    }),
  );
});

test('up to three flipped bits are noticed', () => {
  fc.assert(
    fc.property(
      session,
      fc.uniqueArray(fc.integer({ min: 0, max: 55 }), { minLength: 1, maxLength: 3 }),
      (number, flips) => {
        const bits = encodePayloadBits(1, number);
        for (const flip of flips) bits[flip] = 1 - (bits[flip] ?? 0);
        expect(parsePayloadBits(bits)).toBeNull();
      },
    ),
  );
});

test.each([-1, 2 ** 44, 1.5, Number.NaN])('session number %d is refused', (number) => {
  expect(() => encodePayloadBits(1, number)).toThrow(expect.objectContaining({ code: 'invalid-session' }));
});
