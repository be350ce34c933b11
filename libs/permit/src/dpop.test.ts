import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeDpopProof, verifyDpopProof } from './dpop.js';
import { PermitError } from './errors.js';
import type { Es256Signer } from './key.js';
import { forgeJws, ISSUER, NOW, testSigner } from './testing/fixtures.js';

let device: Es256Signer;
let thief: Es256Signer;
const request = { htm: 'POST', htu: `${ISSUER}/v1/permits` };
const fresh = { ...request, iat: NOW, jti: 'j'.repeat(22) };

beforeAll(async () => {
  [device, thief] = await Promise.all([testSigner(2), testSigner(3)]);
});

type Expected = Parameters<typeof verifyDpopProof>[1];

async function outcome(proof: string, changes: Partial<Expected> = {}): Promise<string> {
  try {
    await verifyDpopProof(proof, { ...request, now: NOW, ...changes });
    return 'accepted';
  } catch (error) {
    if (error instanceof PermitError) return error.code;
    throw error;
  }
}

describe('DPoP proofs (RFC 9449)', () => {
  it('prove possession for one request', async () => {
    const proof = await makeDpopProof(device, fresh);
    expect(await verifyDpopProof(proof, { ...request, now: NOW, jkt: device.kid })).toEqual({
      jwk: device.publicJwk,
      jkt: device.kid,
      jti: fresh.jti,
      iat: NOW,
    });
  });

  it('verify the example of RFC 9449 §4.1', async () => {
    const proof =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg';
    const { jkt } = await verifyDpopProof(proof, {
      htm: 'POST',
      htu: 'https://server.example.com/token',
      now: 1_562_262_616,
    });
    // Thumbprint as in RFC 9449 §6.1.
    expect(jkt).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
  });

  it('are bound to method and URL, query and fragment aside', async () => {
    const proof = await makeDpopProof(device, fresh);
    expect(await outcome(proof, { htu: `${request.htu}?a=1#b` })).toBe('accepted');
    expect(await outcome(proof, { htu: request.htu.toUpperCase().replace('V1/PERMITS', 'v1/permits') })).toBe(
      'accepted',
    );
    expect(await outcome(proof, { htm: 'GET' })).toBe('proof-target');
    for (const htu of [
      `${request.htu}/`,
      `${ISSUER}/v1/token`,
      'https://evil.example/v1/permits',
      `${ISSUER}:8443/v1/permits`,
      'nonsense',
    ])
      expect(await outcome(proof, { htu }), htu).toBe('proof-target');
  });

  it('are fresh: 60 s old at most, 10 s ahead at most', async () => {
    const proof = await makeDpopProof(device, fresh);
    expect(await Promise.all([-10, -11, 0, 60, 61].map((age) => outcome(proof, { now: NOW + age })))).toEqual(
      ['accepted', 'proof-age', 'accepted', 'accepted', 'proof-age'],
    );
  });

  it('are bound to the access token, and to none when none is sent', async () => {
    const bound = await makeDpopProof(device, { ...fresh, accessToken: 'token-a' });
    const unbound = await makeDpopProof(device, fresh);
    expect(await outcome(bound, { accessToken: 'token-a' })).toBe('accepted');
    expect(await outcome(bound, { accessToken: 'token-b' })).toBe('proof-token');
    expect(await outcome(bound)).toBe('proof-token');
    expect(await outcome(unbound, { accessToken: 'token-a' })).toBe('proof-token');
    const ath = createHash('sha256').update('token-a').digest('base64url');
    expect(JSON.parse(Buffer.from(bound.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ ath });
  });

  it('carry the nonce when the server asks for one', async () => {
    const proof = await makeDpopProof(device, { ...fresh, nonce: 'n1' });
    expect(await outcome(proof, { nonces: ['n0', 'n1'] })).toBe('accepted');
    expect(await outcome(proof, { nonces: ['n2'] })).toBe('proof-nonce');
    expect(await outcome(await makeDpopProof(device, fresh), { nonces: ['n1'] })).toBe('proof-nonce');
  });

  it('by another key are refused', async () => {
    expect(await outcome(await makeDpopProof(thief, fresh), { jkt: device.kid })).toBe('key-mismatch');
  });

  it('forged in any known way are refused', async () => {
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: device.publicJwk };
    const { iat, jti, htm, htu } = fresh;
    const claims = { iat, jti, htm, htu };
    const secret = { ...device.publicJwk, d: 'A'.repeat(43) };
    const offCurve = { ...device.publicJwk, y: `${'A'.repeat(42)}E` };
    const cases: [string, string][] = [
      ['signature', await forgeJws(header, claims, thief)],
      ['algorithm', await forgeJws({ ...header, alg: 'none' }, claims, device)],
      ['algorithm', await forgeJws({ ...header, alg: 'HS256' }, claims, device)],
      ['type', await forgeJws({ ...header, typ: 'JWT' }, claims, device)],
      ['header', await forgeJws({ ...header, kid: device.kid }, claims, device)],
      ['header', await forgeJws({ ...header, jku: 'https://thief.example' }, claims, device)],
      ['key-malformed', await forgeJws({ ...header, jwk: secret }, claims, device)],
      ['key-malformed', await forgeJws({ ...header, jwk: { kty: 'oct', k: 'AA' } }, claims, device)],
      ['header', await forgeJws({ ...header, jwk: undefined }, claims, device)],
      ['key-malformed', await forgeJws({ ...header, jwk: offCurve }, claims, device)],
      ['claims', await forgeJws(header, { ...claims, jti: 'short' }, device)],
      ['claims', await forgeJws(header, { ...claims, extra: 1 }, device)],
      ['claims', await forgeJws(header, { ...claims, iat: 'now' }, device)],
    ];
    for (const [code, proof] of cases) expect(await outcome(proof)).toBe(code);
  });

  it('never takes hostile text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await outcome(text)).not.toBe('accepted');
      }),
    );
  });
});
