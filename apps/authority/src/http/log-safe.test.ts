import { describe, expect, it } from 'vitest';
import { logSafe } from './log-safe.js';
import { createLogger } from './logger.js';

const SECRET = 'do-not-log-me';

/** `value` under `depth` further objects and arrays in turn. */
function nest(depth: number, value: unknown): unknown {
  let nested = value;
  for (let level = 0; level < depth; level++) nested = level % 2 === 0 ? { inner: nested } : [nested];
  return nested;
}

function logged(...args: [object, string?]): string {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  logger.error(...args);
  expect(lines).toHaveLength(1);
  return lines.join('');
}

function prismaLike(): Error {
  const cause = new Error(`duplicate key (${SECRET})\n    at ${SECRET}`);
  const error = new Error(`Invalid invocation: create({ data: { token: "${SECRET}" } })`, { cause });
  return Object.assign(error, {
    name: 'PrismaClientKnownRequestError',
    code: 'P2002',
    meta: { row: SECRET },
  });
}

describe('what may be logged', () => {
  it.each([
    ...['permit', 'jws', 'opening', 'segment', 'key', 'watermarkKey', 'accessToken', 'access_token'],
    ...['refreshToken', 'deviceCode', 'user_code', 'userCode', 'code', 'template', 'seed', 'embedding'],
    ...['authorization', 'DPoP', 'set-cookie', 'challenge', 'assertion', 'url', 'connectionString', 'nonce'],
    ...['chainSeed', 'privateKey', 'client_secret', 'response', 'statement', 'invitation', 'sourceTemplate'],
  ])('holds no %s at any depth', (name) => {
    for (const depth of [0, 1, 5, 9]) {
      const line = logged({
        at: nest(depth, { [name]: SECRET, [name.toUpperCase()]: [SECRET] }),
        kept: 'yes',
      });
      expect(line).not.toContain(SECRET);
      expect(line).toContain('[redacted]');
      expect(line).toContain('"kept":"yes"');
    }
  });

  it('tells an error by name, code and frames, and its causes alike, down to any depth', () => {
    const outer = new AggregateError([prismaLike()], SECRET, {
      cause: new Error(SECRET, { cause: prismaLike() }),
    });
    for (const value of [{ err: outer }, { at: nest(5, outer) }, outer]) {
      const line = logged(value, 'unexpected');
      expect(line).not.toContain(SECRET);
      expect(line).toContain('P2002');
      expect(line).toContain('PrismaClientKnownRequestError');
      expect(line).toContain('log-safe.test.ts:');
      expect(line).toContain('"msg":"unexpected"');
    }
  });

  it('does not take the message of an error for the text of the line', () => {
    expect(logged(new Error(SECRET))).not.toContain(SECRET);
    expect(logged({ err: new Error(SECRET) })).not.toContain(SECRET);
  });

  it('holds no secret of a child logger either', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => lines.push(line) });
    logger.child({ session: 's', permit: SECRET, at: nest(5, { seed: SECRET }) }).info('x');
    expect(lines.join('')).not.toContain(SECRET);
    expect(lines.join('')).toContain('"session":"s"');
  });

  it('redacts a compact JWS under any name and bytes by their length', () => {
    const jws = 'eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiJ4In0.c2lnbmF0dXJl';
    const copy = logSafe({
      note: `got ${jws}`,
      data: new Uint8Array(7),
      ids: new Set([1n]),
      at: new Date(0),
    });
    const at = '1970-01-01T00:00:00.000Z';
    expect(copy).toEqual({ note: 'got [redacted]', data: '[7 bytes]', ids: ['1'], at });
  });

  it('is bounded: cycles, depth, length, number, and values that throw', () => {
    const circle: Record<string, unknown> = {
      big: 'x'.repeat(1e6),
      many: Array.from({ length: 1e5 }, () => ({})),
    };
    circle.self = circle;
    circle.deep = nest(5_000, SECRET);
    Object.defineProperty(circle, 'bad', {
      configurable: true,
      enumerable: true,
      get: () => {
        throw new Error(SECRET);
      },
    });
    const inner = { wide: Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`n${String(i)}`, i])) };
    expect(logSafe(circle)).toBe('[unreadable]');
    Reflect.deleteProperty(circle, 'bad');
    const line = JSON.stringify(logSafe({ circle, inner }));
    expect(line.length).toBeLessThan(20_000);
    expect(line).toContain('[circular]');
    expect(line).toContain('[too deep]');
    expect(line).not.toContain(SECRET);
  });
});
