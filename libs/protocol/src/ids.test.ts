import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentId, formatId, ID_PREFIXES, personId, sha256Hex, type IdKind } from './ids.js';

const kinds = Object.keys(ID_PREFIXES) as IdKind[];
const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('identifiers', () => {
  it('carry all 128 bits: different bytes, different ids', () => {
    fc.assert(
      fc.property(random, random, (a, b) => {
        const same = a.every((byte, i) => byte === b[i]);
        expect(formatId('person', a) === formatId('person', b)).toBe(same);
      }),
    );
    const flipped = Array.from({ length: 128 }, (_, bit) => {
      const bytes = new Uint8Array(16);
      bytes[bit >> 3] = 1 << (bit & 7);
      return formatId('person', bytes);
    });
    expect(new Set(flipped).size).toBe(128);
  });

  it('are accepted by their own kind only', () => {
    const bytes = new Uint8Array(16).fill(7);
    for (const kind of kinds) {
      expect(personId.safeParse(formatId(kind, bytes)).success).toBe(kind === 'person');
      expect(consentId.safeParse(formatId(kind, bytes)).success).toBe(kind === 'consent');
    }
  });

  it('take exactly 16 bytes', () => {
    expect(() => formatId('person', new Uint8Array(15))).toThrow(RangeError);
    expect(() => formatId('person', new Uint8Array(17))).toThrow(RangeError);
  });

  it('refuse anything else', () => {
    fc.assert(fc.property(fc.string(), (text) => !personId.safeParse(text).success));
    for (const text of ['per_', 'per_' + 'A'.repeat(26), 'per_' + 'a'.repeat(27), ' per_' + 'a'.repeat(26)]) {
      expect(personId.safeParse(text).success).toBe(false);
    }
    expect(sha256Hex.safeParse('A'.repeat(64)).success).toBe(false);
  });
});
