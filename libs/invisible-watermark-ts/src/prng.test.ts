import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveKey, LABELS } from './keys.js';
import { keyedShuffle, keyedSigns, KeyStream } from './prng.js';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const hex = (bytes: Iterable<number>) => Buffer.from(Uint8Array.from(bytes)).toString('hex');

// The vectors of docs/spec/watermark.md §3.
test('the key stream is SHA-256 of key and counter', () => {
  const stream = new KeyStream(KEY);
  const bytes = Array.from({ length: 72 }, () => stream.nextByte());
  const block = (counter: number) => {
    const message = Buffer.alloc(40);
    message.set(KEY, 0);
    message.writeBigUInt64BE(BigInt(counter), 32);
    return createHash('sha256').update(message).digest();
  };
  expect(hex(bytes)).toBe(
    Buffer.concat([block(0), block(1), block(2)])
      .subarray(0, 72)
      .toString('hex'),
  );
  expect(hex(bytes.slice(0, 16))).toBe('a9d6e500293a88bd38cbe213d07ab71f');
});

test('signs, shuffles and derived keys match the specification', () => {
  expect(hex(deriveKey(KEY, LABELS.pilot))).toBe(
    '0d0936d666a36410e0ca04b183c78da77402041d73ebc1ea678161810f2b7f0e',
  );
  expect([...keyedSigns(KEY, 19)].map((sign) => (sign > 0 ? '+' : '-')).join('')).toBe('-+-+-++---+-+--+---');
  const values = Uint16Array.from({ length: 16 }, (_, i) => i);
  keyedShuffle(KEY, values);
  expect([...values].join(' ')).toBe('11 5 1 0 9 4 14 12 8 7 13 6 15 3 2 10');
});

test('every label derives another key', () => {
  const keys = Object.values(LABELS).map((label) => hex(deriveKey(KEY, label)));
  expect(new Set(keys).size).toBe(keys.length);
});

test('a key of another length is refused', () => {
  expect(() => new KeyStream(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'invalid-key' }));
  expect(() => deriveKey(new Uint8Array(33), LABELS.pilot)).toThrow(
    expect.objectContaining({ code: 'invalid-key' }),
  );
});
