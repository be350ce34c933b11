import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POLAR_LENGTH } from './format.js';
import { INFORMATION_SET } from './layers.js';
import { encodePayloadBits } from './payload.js';
import { PayloadReader } from './payload-reader.js';
import { polarEncode } from './polar.js';
import { gaussian, randomNumbers } from './testing/natural-scene.js';

/** One chip a coded bit, no signs: what is read is the codeword itself. */
const reader = new PayloadReader({
  codedBitOfChip: Uint16Array.from({ length: POLAR_LENGTH }, (_, chip) => chip),
  payloadSigns: new Int8Array(POLAR_LENGTH).fill(1),
  pilot: new Int8Array(0),
  time: [],
});

/** What is read of a session whose whole codeword stands `z` deviations above the noise. */
function readAt(z: number, session: number, seed: number): number | null {
  const random = randomNumbers(seed);
  const codeword = polarEncode(POLAR_LENGTH, INFORMATION_SET, encodePayloadBits(session));
  const amplitude = z / Math.sqrt(POLAR_LENGTH);
  const values = Float32Array.from(codeword, (bit) => (bit ? -amplitude : amplitude) + gaussian(random));
  return reader.read(values)?.session ?? null;
}

test('every payload survives strong noise', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 44 - 1 }), fc.nat(), (session, seed) => {
      expect(readAt(15, session, seed)).toBe(session);
    }),
    { numRuns: 60 },
  );
});

test('at the edge of what is readable most payloads survive, and hardly one turns into another', () => {
  const trials = 3000;
  const read = Array.from({ length: trials }, (_, i) => readAt(10, 1e12 + 7 * i, i));
  const right = read.filter((session, i) => session === 1e12 + 7 * i).length;
  const wrong = read.filter((session) => session !== null).length - right;
  expect(right).toBeGreaterThan(0.6 * trials);
  // A check of eight bits lets about 40 of these through.
  expect(wrong).toBeLessThanOrEqual(3);
});
