import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashStatement, writeStatement } from './statement.js';

describe('statements', () => {
  it('are hashed as their exact UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const expected = createHash('sha256')
          .update(Buffer.from(new TextEncoder().encode(text)))
          .digest();
        const hashed = hashStatement(text);
        expect(Buffer.from(hashed.challenge).equals(expected)).toBe(true);
        expect(hashed.sha256).toBe(expected.toString('hex'));
      }),
    );
  });

  it('say what they were given', () => {
    const statement = { type: 'guise.consent.v1', wearers: ['per_a'], name: 'Zoë “Z” \u2028' };
    expect(JSON.parse(writeStatement(statement).text)).toEqual(statement);
  });
});
