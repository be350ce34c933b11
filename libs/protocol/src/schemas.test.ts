import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as protocol from './index.js';

const exported: readonly (readonly [string, unknown])[] = Object.entries(protocol);
const schemas = exported.flatMap(([name, value]) =>
  value instanceof z.ZodType ? [[name, value] as const] : [],
);
const requests = schemas.filter(([name]) => name.endsWith('Request') || name.endsWith('Statement'));

/** Each kind of a request by itself: of a union, only the kind that is named is asked about its members. */
const kindsOf = (schema: z.ZodType): readonly z.ZodType[] =>
  schema instanceof z.ZodDiscriminatedUnion
    ? schema.options.filter((option): option is z.ZodType => option instanceof z.ZodType)
    : [schema];

describe('every schema', () => {
  it('refuses or accepts any value, and never throws', () => {
    expect(schemas.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const [, schema] of schemas) schema.safeParse(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe('every request and statement', () => {
  it.each(requests)('%s refuses a member it does not know', (_name, schema) => {
    for (const kind of kindsOf(schema)) {
      const result = kind.safeParse({ role: 'admin', planted: true, grant_type: 'refresh_token' });
      const issues = result.success ? [] : result.error.issues;
      const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      expect(unknown).toContain('planted');
    }
  });
});

describe('permit claims', () => {
  it('hold one authorisation and at most two audiences', () => {
    const shape = protocol.permitClaims.shape;
    expect(shape.aud.safeParse([]).success).toBe(false);
    expect(shape.aud.safeParse(['guise-runtime', 'https://meet.example/1', 'third']).success).toBe(false);
    expect(shape.authorization_details.safeParse([]).success).toBe(false);
  });

  it('keep session numbers within the 44 bits of the mark', () => {
    expect(protocol.sessionNumber.safeParse(2 ** 44 - 1).success).toBe(true);
    expect(protocol.sessionNumber.safeParse(2 ** 44).success).toBe(false);
    expect(protocol.sessionNumber.safeParse(0).success).toBe(false);
  });
});
