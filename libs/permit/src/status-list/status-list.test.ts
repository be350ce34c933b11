import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermitError } from '../errors.js';
import { issuePermit } from '../permit.js';
import { forgeJws, ISSUER, NOW, testClaims, testSigner } from '../testing/fixtures.js';
import { deflateText, inflateText } from './deflate.js';
import { packStatuses, readStatus, type StatusBits } from './packed.js';
import { issueStatusList, packPermitStatuses, STATUS_LIST_SIZE, verifyStatusList } from './status-list.js';

const authority = await testSigner(1);
const stranger = await testSigner(2);
const keys = [{ kid: authority.kid, jwk: authority.publicJwk }];
const uri = `${ISSUER}/v1/status-lists/abc`;
const header = { alg: 'ES256', typ: 'statuslist+jwt', kid: authority.kid };

const list = (changes: Partial<Parameters<typeof issueStatusList>[0]> = {}) =>
  issueStatusList(
    {
      ...{ uri, iat: NOW, exp: NOW + 120, ttlSeconds: 30 },
      statuses: packPermitStatuses([
        [7, 'invalid'],
        [8, 'suspended'],
      ]),
      ...changes,
    },
    authority,
  );
const verify = (token: string, changes: Partial<Parameters<typeof verifyStatusList>[1]> = {}) =>
  verifyStatusList(token, { keys, uri, now: NOW, ...changes });
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PermitError ? error.code : String(error)),
  );
const claims = (lst: string, changes: object = {}) => ({
  ...{ sub: uri, iat: NOW, exp: NOW + 120, ttl: 30, status_list: { bits: 2, lst } },
  ...changes,
});

/** draft-ietf-oauth-status-list §4.1, §4.2 and appendix C. */
const SHORT = [
  { bits: 1, statuses: [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], hex: 'b9a3', lst: 'eNrbuRgAAhcBXQ' },
  { bits: 2, statuses: [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], hex: 'c944f9', lst: 'eNo76fITAAPfAgc' },
] as const;
const LONG_LST = [
  'eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5',
  'WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIA',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoA',
  'AAAAAAAAAAAAAEBqH81gAQw',
].join('');
const LONG = [
  ...([
    [0, 1],
    [1993, 2],
    [25_460, 1],
    [159_495, 3],
    [495_669, 1],
    [554_353, 1],
  ] as const),
  ...([
    [645_645, 2],
    [723_232, 1],
    [854_545, 1],
    [934_534, 2],
    [1_000_345, 3],
  ] as const),
] as const;

describe('packed statuses', () => {
  it.each(SHORT)('are those of the draft with $bits bits', async ({ bits, statuses, hex, lst }) => {
    const packed = packStatuses(statuses.length, statuses.entries(), bits);
    expect(Buffer.from(packed.bytes).toString('hex')).toBe(hex);
    expect(await inflateText(lst, 3)).toEqual(packed.bytes);
    expect(await inflateText(await deflateText(packed.bytes), 3)).toEqual(packed.bytes);
    expect(statuses.map((_, index) => readStatus(packed, index))).toEqual(statuses);
  });

  it('are those of the draft’s list of 2^20 entries', async () => {
    const packed = packStatuses(2 ** 20, LONG, 2);
    expect(Buffer.compare(await inflateText(LONG_LST, 2 ** 18), packed.bytes)).toBe(0);
  });

  it('read back whatever they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<StatusBits>(1, 2, 4, 8),
        fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 200 }),
        (bits, raw) => {
          const statuses = raw.map((value) => value % 2 ** bits);
          const packed = packStatuses(statuses.length, statuses.entries(), bits);
          expect(packed.bytes.length).toBe(Math.ceil((statuses.length * bits) / 8));
          expect(statuses.map((_, index) => readStatus(packed, index))).toEqual(statuses);
        },
      ),
    );
  });

  it('take no index and no status from outside', () => {
    for (const index of [-1, 8, 0.5, Number.NaN]) {
      expect(() => packStatuses(8, [[index, 0]], 2)).toThrow(RangeError);
      expect(() => readStatus({ bits: 2, bytes: new Uint8Array(2) }, index)).toThrow(RangeError);
    }
    for (const status of [-1, 4, 1.5]) expect(() => packStatuses(8, [[0, status]], 2)).toThrow(RangeError);
  });
});

describe('a status list token', () => {
  it('says of every entry what it is', async () => {
    const { statusAt, expires, ttlSeconds } = await verify(await list());
    expect([6, 7, 8, 9, STATUS_LIST_SIZE - 1].map(statusAt)).toEqual([
      'valid',
      'invalid',
      'suspended',
      'valid',
      'valid',
    ]);
    expect({ expires, ttlSeconds }).toEqual({ expires: NOW + 120, ttlSeconds: 30 });
    for (const index of [-1, 0.5, STATUS_LIST_SIZE]) {
      expect(() => statusAt(index)).toThrow(expect.objectContaining({ code: 'status-index' }));
    }
  });

  it('is refused when it is another one, or not from now', async () => {
    const token = await list();
    expect(await refusal(verify(token, { uri: `${ISSUER}/v1/status-lists/abd` }))).toBe('status-subject');
    expect(await refusal(verify(token, { now: NOW + 119 }))).toBe('accepted');
    expect(await refusal(verify(token, { now: NOW + 120 }))).toBe('expired');
    expect(await refusal(verify(token, { now: NOW - 11 }))).toBe('not-yet-valid');
    expect(await refusal(list({ exp: NOW + 301 }))).toBe('lifetime');
    const long = await forgeJws(header, claims('eNo76fITAAPfAgc', { exp: NOW + 301 }), authority);
    expect(await refusal(verify(long))).toBe('lifetime');
  });

  it('is refused from a foreign key, of another kind, and with other claims', async () => {
    const lst = 'eNo76fITAAPfAgc';
    expect(await refusal(verify(await forgeJws(header, claims(lst), authority)))).toBe('accepted');
    expect(await refusal(verify(await forgeJws(header, claims(lst), stranger)))).toBe('signature');
    const theirs = await forgeJws({ ...header, kid: stranger.kid }, claims(lst), stranger);
    expect(await refusal(verify(theirs))).toBe('unknown-key');
    expect(await refusal(verify(await issuePermit(testClaims(authority.kid), authority)))).toBe('type');
    for (const changed of [
      claims(lst, { exp: undefined }),
      claims(lst, { ttl: 0 }),
      claims(lst, { ttl: 301 }),
      claims(lst, { status_list: { bits: 1, lst } }),
      claims(lst, { status_list: { bits: 2, lst: '' } }),
      claims(lst, { status_list: { bits: 2, lst: 'e No' } }),
      claims(lst, { aggregation_uri: ISSUER }),
      claims(Buffer.from('no zlib at all').toString('base64url')),
      claims(Buffer.from(deflateSync(Buffer.alloc(100, 3)).subarray(0, 9)).toString('base64url')),
    ]) {
      expect(await refusal(verify(await forgeJws(header, changed, authority)))).toBe('claims');
    }
  });

  it('takes an unused value for invalid', async () => {
    const lst = await deflateText(packStatuses(4, [[1, 3]], 2).bytes);
    const { statusAt } = await verify(await forgeJws(header, claims(lst), authority));
    expect([statusAt(0), statusAt(1)]).toEqual(['valid', 'invalid']);
    expect(() => statusAt(4)).toThrow(PermitError);
  });

  it('is inflated no further than a list can be long', async () => {
    const whole = deflateSync(Buffer.alloc(2 ** 18)).toString('base64url');
    expect(await refusal(verify(await forgeJws(header, claims(whole), authority)))).toBe('accepted');
    for (const size of [2 ** 18 + 1, 200 * 2 ** 20]) {
      const bomb = deflateSync(Buffer.alloc(size)).toString('base64url');
      expect(await refusal(verify(await forgeJws(header, claims(bomb), authority)))).toBe('status-size');
    }
    const long = await forgeJws(header, claims('A'.repeat(600_000)), authority);
    expect(await refusal(verify(long))).toBe('malformed');
  });

  it('never takes hostile text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.base64String({ maxLength: 400 }), async (text) => {
        const lst = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        const outcome = await refusal(verify(await forgeJws(header, claims(lst), authority)));
        expect(['accepted', 'claims', 'status-size']).toContain(outcome);
      }),
      { numRuns: 60 },
    );
  });
});
