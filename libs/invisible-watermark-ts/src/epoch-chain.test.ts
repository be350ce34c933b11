import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEpochChain, deriveEarlierKey, verifyDisclosedKey } from './epoch-chain.js';

const seed = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const chain = createEpochChain(seed, 200);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the chain has the end of the specification', () => {
  expect(hex(createEpochChain(seed, 3).keyOf(2))).toBe(
    'efded38f99d854e2e257309e61daa689987189a06712f82f44dda5220e34bb82',
  );
  expect(hex(createEpochChain(seed, 3).end)).toBe(
    '0273f70152bb410817884b7012ac22cd11f8311c1dc8079d1f24a8537c7210f3',
  );
});

test('a key is the labelled hash of the next one, and the end that of the first', () => {
  const step = (key: Uint8Array, epoch: number) =>
    createHash('sha256')
      .update('invisible-watermark/1 chain step')
      .update(Uint8Array.of(0, 0, 0, epoch))
      .update(key)
      .digest('hex');
  expect(hex(chain.keyOf(41))).toBe(step(chain.keyOf(42), 42));
  expect(hex(chain.end)).toBe(step(chain.keyOf(0), 0));
});

test('a disclosed key opens its own and every earlier epoch', () => {
  fc.assert(
    fc.property(fc.nat(199), fc.nat(199), (a, b) => {
      const [early, late] = [Math.min(a, b), Math.max(a, b)];
      expect(verifyDisclosedKey(chain.keyOf(late), late, chain.end)).toBe(true);
      expect(deriveEarlierKey(chain.keyOf(late), late, early)).toEqual(chain.keyOf(early));
    }),
  );
});

test('a key of another epoch, another chain, or with a flipped bit is refused', () => {
  fc.assert(
    fc.property(fc.nat(199), fc.nat(199), fc.nat(255), (epoch, other, bit) => {
      const key = chain.keyOf(epoch);
      if (other !== epoch) expect(verifyDisclosedKey(key, other, chain.end)).toBe(false);
      key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifyDisclosedKey(key, epoch, chain.end)).toBe(false);
      const foreign = createEpochChain(new Uint8Array(32).fill(bit), 200);
      expect(verifyDisclosedKey(foreign.keyOf(epoch), epoch, chain.end)).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('a later key cannot be derived, and nonsense is refused', () => {
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;
  expect(() => deriveEarlierKey(chain.keyOf(3), 3, 4)).toThrow(refusal('invalid-epoch'));
  expect(() => deriveEarlierKey(chain.keyOf(3), -1, -1)).toThrow(refusal('invalid-epoch'));
  expect(() => verifyDisclosedKey(chain.keyOf(3), 3, new Uint8Array(31))).toThrow(refusal('invalid-key'));
  expect(() => createEpochChain(seed, 0)).toThrow(refusal('invalid-epoch'));
  expect(() => createEpochChain(seed, 1.5)).toThrow(refusal('invalid-epoch'));
  expect(() => createEpochChain(new Uint8Array(16), 3)).toThrow(refusal('invalid-key'));
  expect(() => chain.keyOf(200)).toThrow(refusal('invalid-epoch'));
  expect(() => chain.keyOf(Number.NaN)).toThrow(refusal('invalid-epoch'));
});

test('handed-out keys are copies', () => {
  const key = chain.keyOf(7);
  key.fill(0);
  expect(verifyDisclosedKey(chain.keyOf(7), 7, chain.end)).toBe(true);
});
