import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdempotencyKey } from './idempotency-key.js';

describe('an idempotency key', () => {
  it.each([
    ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    [`"${'k'.repeat(64)}"`, 'k'.repeat(64)],
    ['"a,b"', 'a,b'],
  ])('is read from %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    '',
    '""',
    '"a b"',
    'a, b',
    '"a", "b"',
    '"a";x=1',
    '"unclosed',
    `"${'k'.repeat(65)}"`,
    '"\u00e9"',
    '"\t"',
    '"a"b"',
    '"a\\"b"',
  ])('is not taken from %j', (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow('bad-request');
  });

  it('is none without a header, and one only', () => {
    expect(parseIdempotencyKey(undefined)).toBeNull();
    expect(() => parseIdempotencyKey(['"a"', '"b"'])).toThrow('bad-request');
  });

  it('is never anything but 1 to 64 visible characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (header) => {
        try {
          expect(parseIdempotencyKey(header)).toMatch(/^[\x21-\x7e]{1,64}$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-request' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
