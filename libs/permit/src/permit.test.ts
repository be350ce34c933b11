import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL_POLICY, type PermitClaims } from '@guise/protocol';
import { PermitError, type PermitErrorCode } from './errors.js';
import { parsePublishedKeys, publishKey, type PinnedKey } from './pinned-key.js';
import type { Es256Signer } from './key.js';
import { modelPolicyOf } from './model-policy.js';
import { issuePermit, verifyPermit, verifyPermitAuthenticity, type PermitExpectation } from './permit.js';
import { forgeJws, ISSUER, NOW, testClaims, testExpectation, testSigner } from './testing/fixtures.js';

let authority: Es256Signer;
let device: Es256Signer;
let thief: Es256Signer;
let keys: readonly PinnedKey[];
let claims: PermitClaims;
let expected: PermitExpectation;

beforeAll(async () => {
  [authority, device, thief] = await Promise.all([testSigner(1), testSigner(2), testSigner(3)]);
  keys = [{ kid: authority.kid, jwk: authority.publicJwk }];
  claims = testClaims(device.kid);
  expected = testExpectation(device.kid);
});

async function refusal(
  jws: string,
  now = NOW,
  changes: Partial<PermitExpectation> = {},
): Promise<PermitErrorCode> {
  try {
    await verifyPermit(jws, { keys, now, expected: { ...expected, ...changes } });
  } catch (error) {
    if (error instanceof PermitError) return error.code;
    throw error;
  }
  throw new Error('the permit was accepted');
}

/** Members that the first permits did not have. */
const LATER: readonly string[] = ['label_positions', 'non_commercial_models', 'own_models'];

/** Signs claims that `issuePermit` would refuse. */
const sign = (payload: unknown): Promise<string> =>
  forgeJws({ alg: 'ES256', typ: 'guise-permit+jwt', kid: authority.kid }, payload, authority);

describe('a sound permit', () => {
  it('verifies, and gives its claims, its wear authorisation and its hash', async () => {
    const jws = await issuePermit(claims, authority);
    const permit = await verifyPermit(jws, { keys, now: NOW + 299, expected });
    expect(permit.claims).toEqual(claims);
    expect(permit.wear).toEqual(claims.authorization_details[0]);
    expect(permit.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.isFrozen(permit)).toBe(true);
  });

  it('of before policies had labels says: top right, and no models but the built-in ones', async () => {
    const old = claims.authorization_details.map((wear) =>
      Object.fromEntries(Object.entries(wear).filter(([name]) => !LATER.includes(name))),
    );
    const jws = await sign({ ...claims, authorization_details: old });
    const permit = await verifyPermit(jws, { keys, now: NOW, expected });
    expect(permit.wear).toMatchObject({ label: 'AI MODIFIED', label_positions: ['top-right'] });
    expect(modelPolicyOf(permit)).toEqual(DEFAULT_MODEL_POLICY);
    expect(permit.wear.own_models).toEqual([]);
  });

  it('lets non-commercial models run when it says so', async () => {
    const wear = claims.authorization_details.map((one) => ({ ...one, non_commercial_models: true }));
    const jws = await issuePermit({ ...claims, authorization_details: wear }, authority);
    const { licenceClasses } = modelPolicyOf(await verifyPermit(jws, { keys, now: NOW, expected }));
    expect(licenceClasses).toEqual(['permissive', 'non-commercial']);
  });

  it('is issued alike twice: signing draws no randomness', async () => {
    expect(await issuePermit(claims, authority)).toBe(await issuePermit(claims, authority));
  });

  it('stays verifiable under an older pinned key after a rotation', async () => {
    const jws = await issuePermit(claims, authority);
    const rotated = [{ kid: thief.kid, jwk: thief.publicJwk }, ...keys];
    await expect(verifyPermit(jws, { keys: rotated, now: NOW, expected })).resolves.toMatchObject({ jws });
  });
});

describe('a key has its time', () => {
  const during = (time: Partial<PinnedKey>) => [{ kid: authority.kid, jwk: authority.publicJwk, ...time }];
  const outcome = async (time: Partial<PinnedKey>, verify: typeof verifyAtGate): Promise<string> => {
    const jws = await issuePermit(claims, authority);
    return verify(jws, during(time)).then(
      () => 'accepted',
      (error: unknown) => (error instanceof PermitError ? error.code : String(error)),
    );
  };
  const verifyAtGate = (jws: string, pinned: readonly PinnedKey[]): Promise<unknown> =>
    verifyPermit(jws, { keys: pinned, now: NOW, expected });
  const verifyAsEvidence = (jws: string, pinned: readonly PinnedKey[]): Promise<unknown> =>
    verifyPermitAuthenticity(jws, { keys: pinned, now: NOW, issuer: expected.issuer });

  it.each([
    [{ notBefore: NOW, notAfter: NOW + 1 }, 'accepted', 'accepted'],
    [{ notBefore: NOW + 1 }, 'key-ended', 'key-ended'],
    [{ notAfter: NOW }, 'key-ended', 'key-ended'],
    // Where the ledger tells when a permit was there, what was signed before still counts.
    [{ notAfter: NOW + 1, compromised: true }, 'key-compromised', 'accepted'],
    [{ notAfter: NOW, compromised: true }, 'key-ended', 'key-ended'],
  ])('%j: %s at the gate, %s as evidence', async (time, gate, evidence) => {
    expect(await outcome(time, verifyAtGate)).toBe(gate);
    expect(await outcome(time, verifyAsEvidence)).toBe(evidence);
  });

  it('is published with it, and read again as it was', () => {
    const all = [{}, { notBefore: 5 }, { notAfter: 9 }, { notBefore: 5, notAfter: 9, compromised: true }];
    for (const time of all) expect(parsePublishedKeys(during(time).map(publishKey))).toEqual(during(time));
    for (const bad of [[], [{}], during({}).map((key) => ({ ...publishKey(key), d: 'x' })), 'keys']) {
      expect(() => parsePublishedKeys(bad)).toThrow(PermitError);
    }
  });
});

describe('the clock (FAPI 2.0: 10 s ahead is fine, 61 s is not)', () => {
  it.each([
    [-10, null],
    [-11, 'not-yet-valid'],
    [-61, 'not-yet-valid'],
    [0, null],
    [299, null],
    [300, 'expired'],
    [361, 'expired'],
  ] as const)('a verifier %i s off the issue time: %s', async (offset, outcome) => {
    const jws = await issuePermit(claims, authority);
    const verified = await verifyPermit(jws, { keys, now: NOW + offset, expected }).then(
      () => null,
      (error: unknown) => (error instanceof PermitError ? error.code : error),
    );
    expect(verified).toBe(outcome);
  });

  it('has no permit that lives longer than 300 s, ends before it starts, or outlives its consent', async () => {
    expect(await refusal(await sign({ ...claims, exp: NOW + 301 }))).toBe('lifetime');
    expect(await refusal(await sign({ ...claims, exp: NOW }))).toBe('lifetime');
    expect(await refusal(await sign({ ...claims, nbf: NOW + 300 }))).toBe('lifetime');
    expect(await refusal(await sign({ ...claims, nbf: NOW + 60 }))).toBe('not-yet-valid');
    const [wear] = claims.authorization_details;
    expect(
      await refusal(await sign({ ...claims, authorization_details: [{ ...wear, not_after: NOW }] })),
    ).toBe('expired');
    await expect(issuePermit({ ...claims, exp: NOW + 301 }, authority)).rejects.toMatchObject({
      code: 'lifetime',
    });
  });
});

describe('a permit for something else', () => {
  it('is refused: device, avatar, purpose, meeting, issuer, audience', async () => {
    const jws = await issuePermit(claims, authority);
    expect(await refusal(jws, NOW, { jkt: thief.kid })).toBe('key-mismatch');
    expect(await refusal(jws, NOW, { avatarSha256: 'f'.repeat(64) })).toBe('avatar-mismatch');
    expect(await refusal(jws, NOW, { purpose: 'training' })).toBe('purpose-mismatch');
    expect(await refusal(jws, NOW, { meeting: 'https://meet.example/1' })).toBe('meeting-mismatch');
    expect(await refusal(jws, NOW, { issuer: 'https://other.example' })).toBe('issuer');
    expect(await refusal(jws, NOW, { audience: 'guise-other' })).toBe('audience');
  });

  it('bound to a meeting opens the gate of that meeting only', async () => {
    const meeting = 'https://meet.example/1';
    const jws = await issuePermit({ ...claims, aud: ['guise-runtime', meeting] }, authority);
    await expect(
      verifyPermit(jws, { keys, now: NOW, expected: { ...expected, meeting } }),
    ).resolves.toMatchObject({ jws });
    expect(await refusal(jws)).toBe('meeting-mismatch');
    expect(await refusal(jws, NOW, { meeting: 'https://meet.example/2' })).toBe('meeting-mismatch');
  });
});

describe('JWT confusion (RFC 8725)', () => {
  const header = () => ({ alg: 'ES256', typ: 'guise-permit+jwt', kid: authority.kid });

  it('no signature: alg none in every spelling', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null]) {
      expect(['algorithm', 'malformed']).toContain(
        await refusal(await forgeJws({ ...header(), alg }, claims)),
      );
      expect(await refusal(`${await forgeJws({ ...header(), alg }, claims)}AAAA`)).toBe('algorithm');
    }
  });

  it('HS256 with the public key as the secret', async () => {
    const { x, y } = authority.publicJwk;
    for (const secret of [JSON.stringify(authority.publicJwk), x, y, `${x}${y}`]) {
      const unsigned = (await forgeJws({ ...header(), alg: 'HS256' }, claims)).replace(/\.$/, '');
      const mac = createHmac('sha256', secret).update(unsigned).digest('base64url');
      expect(await refusal(`${unsigned}.${mac}`)).toBe('algorithm');
    }
  });

  it('other algorithms, also of the same key family', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const unsigned = (await forgeJws({ ...header(), alg: 'RS256' }, claims)).replace(/\.$/, '');
    const signature = createSign('sha256').update(unsigned).sign(rsa.privateKey).toString('base64url');
    expect(await refusal(`${unsigned}.${signature}`)).toBe('algorithm');
    for (const alg of ['ES384', 'ES512', 'ES256K', 'EdDSA', 'PS256', 'HS512', 'RSA-OAEP']) {
      expect(await refusal(await forgeJws({ ...header(), alg }, claims, authority))).toBe('algorithm');
    }
  });

  it('keys that the token brings along', async () => {
    for (const extra of [
      { jwk: thief.publicJwk },
      { jku: 'https://thief.example/jwks.json' },
      { x5u: 'https://thief.example/cert.pem' },
      { x5c: ['MIIB'] },
      { x5t: 'AAAA' },
      { crit: ['exp'] },
      { b64: false, crit: ['b64'] },
      { zip: 'DEF' },
    ]) {
      expect(await refusal(await forgeJws({ ...header(), ...extra }, claims, thief))).toBe('header');
      expect(await refusal(await forgeJws({ ...header(), ...extra }, claims, authority))).toBe('header');
    }
  });

  it('tokens of other kinds, signed by the right key', async () => {
    for (const typ of [
      'JWT',
      'at+jwt',
      'id_token',
      'dpop+jwt',
      'guise-evidence+jwt',
      'GUISE-PERMIT+JWT',
      undefined,
    ]) {
      expect(await refusal(await forgeJws({ ...header(), typ }, claims, authority))).toBe('type');
    }
    const idToken = { iss: ISSUER, sub: 'per', aud: 'guise-runtime', iat: NOW, exp: NOW + 60, nonce: 'n' };
    expect(await refusal(await sign(idToken))).toBe('claims');
  });

  it('another key under a known id, an unknown id, or none', async () => {
    expect(await refusal(await forgeJws(header(), claims, thief))).toBe('signature');
    expect(await refusal(await forgeJws({ ...header(), kid: thief.kid }, claims, thief))).toBe('unknown-key');
    expect(await refusal(await forgeJws({ ...header(), kid: '__proto__' }, claims, thief))).toBe(
      'unknown-key',
    );
    expect(await refusal(await forgeJws({ ...header(), kid: undefined }, claims, authority))).toBe('header');
    expect(await refusal(await forgeJws({ ...header(), kid: 7 }, claims, authority))).toBe('header');
  });

  it('psychic signatures: r and s zero', async () => {
    const [protectedHeader = '', payload = ''] = (await issuePermit(claims, authority)).split('.');
    expect(await refusal(`${protectedHeader}.${payload}.${'A'.repeat(86)}`)).toBe('signature');
  });

  it('claims of other types, more or fewer', async () => {
    const [wear] = claims.authorization_details;
    for (const changed of [
      { ...claims, role: 'admin' },
      { ...claims, aud: 'guise-runtime' },
      { ...claims, aud: [] },
      { ...claims, exp: String(claims.exp) },
      { ...claims, exp: NOW + 0.5 },
      { ...claims, cnf: { jkt: [device.kid] } },
      { ...claims, cnf: { jkt: device.kid, jwk: {} } },
      { ...claims, status: undefined },
      { ...claims, status: { status_list: { idx: -1, uri: ISSUER } } },
      { ...claims, authorization_details: [] },
      { ...claims, authorization_details: [wear, wear] },
      ...[
        '',
        'LIVE',
        'AI MODIFIEDX',
        'AI MODIFIED\u202e',
        'AI MODIFIED\nLIVE',
        `AI MODIFIED ${'X'.repeat(17)}`,
      ].map((label) => ({ ...claims, authorization_details: [{ ...wear, label }] })),
      { ...claims, authorization_details: [{ ...wear, label_positions: [] }] },
      { ...claims, authorization_details: [{ ...wear, label_positions: ['centre'] }] },
      { ...claims, authorization_details: [{ ...wear, non_commercial_models: 'true' }] },
      {
        ...claims,
        authorization_details: [{ ...wear, watermark: { session: 2 ** 44, chain_end: 'a'.repeat(64) } }],
      },
      [claims],
      null,
    ]) {
      expect(await refusal(await sign(changed))).toBe('claims');
    }
  });

  it('more or fewer parts, JSON serialisation, padding, size', async () => {
    const jws = await issuePermit(claims, authority);
    const [a = '', b = '', c = ''] = jws.split('.');
    for (const text of [
      '',
      '..',
      `${a}.${b}`,
      `${jws}.x`,
      `${a}.${b}.${c}=`,
      ` ${jws}`,
      `${jws}\n`,
      JSON.stringify({ protected: a, payload: b, signature: c }),
      `${a}.${b}.${c}${'A'.repeat(9000)}`,
    ]) {
      expect(await refusal(text)).toBe('malformed');
    }
  });

  it('any changed character is noticed', async () => {
    const jws = await issuePermit(claims, authority);
    // All but the last: it ends the signature and has unused bits, so two spellings of it are the same bytes.
    const place = fc.nat({ max: jws.length - 2 });
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom('A', 'B', 'a', '0', '-', '_'), async (at, character) => {
        fc.pre(jws[at] !== '.' && jws[at] !== character);
        const changed = jws.slice(0, at) + character + jws.slice(at + 1);
        await expect(verifyPermit(changed, { keys, now: NOW, expected })).rejects.toBeInstanceOf(PermitError);
      }),
      { numRuns: 200 },
    );
  });

  it('never takes hostile text, and says nothing of it in the message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), async (text) => {
        const error: unknown = await verifyPermit(text, { keys, now: NOW, expected }).catch(
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(PermitError);
        if (text.length > 12 && error instanceof Error) expect(error.message).not.toContain(text);
      }),
    );
  });
});
