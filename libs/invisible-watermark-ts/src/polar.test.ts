import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { polarEncode, polarInformationSet, polarTransform } from './polar.js';
import { PolarListDecoder } from './polar-list-decoder.js';
import { encodePayloadBits, parsePayloadBits } from './payload.js';
import { gaussian, randomNumbers } from './testing/natural-scene.js';

const LENGTH = 512;
const SET = polarInformationSet(LENGTH, 56);

test('the information set is the one of the specification', () => {
  expect(SET).toHaveLength(56);
  expect([...SET.slice(0, 6)]).toEqual([254, 255, 375, 379, 381, 382]);
  expect(
    createHash('sha256')
      .update([...SET].join(','))
      .digest('hex'),
  ).toBe('caca1e1b07b02c6e651f166edb1cc4a2c322c88496c235406a252631ce0f89ed');
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

test('every payload survives strong noise', () => {
  const decoder = new PolarListDecoder(LENGTH, SET, 16);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 44 - 1 }), fc.nat(), (session, seed) => {
      const decoded = decode(decoder, session, 14, seed);
      expect(decoded).toEqual({ version: 1, session });
    }),
    { numRuns: 60 },
  );
});

test('at the edge of what is readable most payloads survive, and none turns into another', () => {
  const decoder = new PolarListDecoder(LENGTH, SET, 16);
  let read = 0;
  for (let trial = 0; trial < 60; trial++) {
    const decoded = decode(decoder, 1000 + trial, 10, trial);
    if (decoded !== null) expect(decoded.session).toBe(1000 + trial);
    read += decoded === null ? 0 : 1;
  }
  expect(read).toBeGreaterThanOrEqual(40);
});

/** Sends a payload so that the whole codeword stands `z` deviations above the noise. */
function decode(decoder: PolarListDecoder, session: number, z: number, seed: number) {
  const random = randomNumbers(seed);
  const codeword = polarEncode(LENGTH, SET, encodePayloadBits(1, session));
  const amplitude = z / Math.sqrt(LENGTH);
  const llr = Float32Array.from(
    codeword,
    (bit) => 2 * amplitude * ((1 - 2 * bit) * amplitude + gaussian(random)),
  );
  for (const bits of decoder.decode(llr)) {
    const payload = parsePayloadBits(bits);
    if (payload?.version === 1) return payload;
  }
  return null;
}
