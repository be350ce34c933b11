import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScimError } from '../http/scim-error.js';
import { MAX_FILTER, parseUserFilter } from './filter.js';

describe('the filter of users', () => {
  it.each([
    ['userName eq "ada@example.org"', { userName: 'ada@example.org' }],
    ['USERNAME Eq "ada"', { userName: 'ada' }],
    ['  externalId eq "00u1"  ', { externalId: '00u1' }],
    ['id eq "per_x"', { id: 'per_x' }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', { userName: 'ada' }],
    ['userName eq "a \\"quoted\\" \\u00e9 name"', { userName: 'a "quoted" é name' }],
    ['userName eq ""', { userName: '' }],
  ])('reads %s', (text, filter) => {
    expect(parseUserFilter(text)).toEqual(filter);
  });

  it.each([
    '',
    'userName',
    'userName eq ada',
    'userName pr',
    'userName sw "a"',
    'userName ne "a"',
    'not (userName eq "a")',
    'userName eq "a" or userName eq "b"',
    'userName eq "a" and active eq true',
    'roles eq "admin"',
    'password eq "a"',
    'userName eq "a',
    'userName eq "a\\"',
    'userName eq "a\n"',
    'userName eq "\\x41"',
    'constructor eq "a"',
    '__proto__ eq "a"',
  ])('refuses %s, and takes it for no wider filter', (text) => {
    expect(() => parseUserFilter(text)).toThrow(ScimError);
  });

  it('reads back any value that is written as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (value) => {
        expect(parseUserFilter(`userName eq ${JSON.stringify(value)}`)).toEqual({ userName: value });
      }),
    );
  });

  it('answers any text within its bound by one comparison or a refusal', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'userName',
        'externalId',
        ' eq ',
        ' and ',
        '(',
        ')',
        '"',
        '\\',
        '\\u',
        '[',
        'true',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (filter) => {
        try {
          expect(Object.keys(parseUserFilter(filter))).toHaveLength(1);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, scimType: 'invalidFilter' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded before it is read', () => {
    const long = `userName eq "${'\\\\'.repeat(MAX_FILTER)}"`;
    expect(() => parseUserFilter(long)).toThrow(
      expect.objectContaining({ scimType: 'invalidFilter' }) as Error,
    );
  });
});
