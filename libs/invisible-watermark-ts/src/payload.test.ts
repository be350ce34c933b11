import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc16, encodePayloadBits, parsePayloadBits } from './payload.js';

const session = fc.integer({ min: 0, max: 2 ** 44 - 1 });

test('the CRC is CRC-16/GENIBUS', () => {
  const bits = [...Buffer.from('123456789')].flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1),
  );
  expect(crc16(bits)).toBe(0xd64e);
});

test('every payload survives its bits', () => {
  fc.assert(
    fc.property(session, (number) => {
      expect(parsePayloadBits(encodePayloadBits(number))).toBe(number);
    }),
  );
});

test('up to three flipped bits are noticed', () => {
  fc.assert(
    fc.property(
      session,
      fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
      (number, flips) => {
        const bits = encodePayloadBits(number);
        for (const flip of flips) bits[flip] = 1 - (bits[flip] ?? 0);
        expect(parsePayloadBits(bits)).toBeNull();
      },
    ),
  );
});

test.each([-1, 2 ** 44, 1.5, Number.NaN])('session number %d is refused', (number) => {
  expect(() => encodePayloadBits(number)).toThrow(expect.objectContaining({ code: 'invalid-session' }));
});
