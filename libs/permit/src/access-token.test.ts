import { deviceId, formatId, personId } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { issueAccessToken, verifyAccessToken } from './access-token.js';
import { issuePermit } from './permit.js';
import { forgeJws, ISSUER, NOW, testClaims, testSigner } from './testing/fixtures.js';

const authority = await testSigner(1);
const device = await testSigner(2);
const keys = [{ kid: authority.kid, jwk: authority.publicJwk }];
const options = { keys, now: NOW, issuer: ISSUER, audience: ISSUER };
const claims = {
  iss: ISSUER,
  sub: personId.parse(formatId('person', new Uint8Array(16))),
  aud: ISSUER,
  client_id: deviceId.parse(formatId('device', new Uint8Array(16))),
  jti: 't'.repeat(22),
  iat: NOW,
  exp: NOW + 600,
  cnf: { jkt: device.kid },
};

describe('access tokens (RFC 9068, DPoP-bound)', () => {
  it('verify with their claims', async () => {
    expect(await verifyAccessToken(await issueAccessToken(claims, authority), options)).toMatchObject(claims);
  });

  it('are refused for another issuer, audience or time', async () => {
    const token = await issueAccessToken(claims, authority);
    for (const [changes, code] of [
      [{ issuer: 'https://other.example' }, 'issuer'],
      [{ audience: 'https://other.example' }, 'audience'],
      [{ now: NOW + 600 }, 'expired'],
      [{ now: NOW - 11 }, 'not-yet-valid'],
      [{ keys: [] }, 'unknown-key'],
    ] as const) {
      await expect(verifyAccessToken(token, { ...options, ...changes })).rejects.toMatchObject({ code });
    }
  });

  it('are no permits, and permits are no access tokens, though one key signed both', async () => {
    const permit = await issuePermit(testClaims(device.kid), authority);
    await expect(verifyAccessToken(permit, options)).rejects.toMatchObject({ code: 'type' });
    const dressed = await forgeJws(
      { alg: 'ES256', typ: 'at+jwt', kid: authority.kid },
      testClaims(device.kid),
      authority,
    );
    await expect(verifyAccessToken(dressed, options)).rejects.toMatchObject({ code: 'claims' });
  });

  it('live 15 minutes at most', async () => {
    await expect(issueAccessToken({ ...claims, exp: NOW + 901 }, authority)).rejects.toMatchObject({
      code: 'lifetime',
    });
  });
});
