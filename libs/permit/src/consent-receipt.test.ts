import { CONSENT_RECEIPT_TYP, CONSENT_RECORD_CONTEXT, consentReceiptClaims, formatId } from '@guise/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { issueConsentReceipt, verifyConsentReceipt } from './consent-receipt.js';
import { PermitError } from './errors.js';
import type { Es256Signer } from './key.js';
import type { PinnedKey } from './pinned-key.js';
import { forgeJws, ISSUER, NOW, testSigner } from './testing/fixtures.js';

const id = (kind: 'consent' | 'avatar') => formatId(kind, new Uint8Array(16).fill(3));
const claims = consentReceiptClaims.parse({
  iss: ISSUER,
  iat: NOW,
  record: {
    '@context': CONSENT_RECORD_CONTEXT,
    '@type': 'dpv:ConsentRecord',
    schema_version: 'urn:guise:consent-record:v1',
    record_id: id('consent'),
    controller: { id: ISSUER, name: 'Example' },
    subject: 's'.repeat(43),
    avatar: { id: id('avatar'), sha256: 'a'.repeat(64) },
    purposes: [{ purpose: 'meeting', dpv_purpose: 'dpv:CommunicationManagement' }],
    data: ['pd:Picture'],
    recipients: ['w'.repeat(43)],
    terms: [
      {
        wearers: ['w'.repeat(43)],
        purposes: ['meeting'],
        audience: ['internal'],
        meetings: null,
        platforms: null,
        not_before: NOW,
        not_after: NOW + 60,
      },
    ],
    legal_basis: 'eu-gdpr:A9-2-a',
    notice: { sha256: 'b'.repeat(64), locale: 'en' },
    collection_method: 'guise:PasskeyAssertionOverText',
    duration: { not_before: NOW, not_after: NOW + 60 },
    withdrawal_method: 'POST it',
    alternative_offered: 'The camera.',
    statement_sha256: 'c'.repeat(64),
    supersedes: null,
    superseded_by: null,
    events: [{ state: 'dpv:ConsentGiven', at: NOW, signature_sha256: 'c'.repeat(64) }],
  },
});

describe('consent receipts', () => {
  let authority: Es256Signer;
  let other: Es256Signer;
  beforeAll(async () => {
    [authority, other] = await Promise.all([testSigner(1), testSigner(2)]);
  });
  const verify = (jws: string, time: Partial<PinnedKey> = {}) =>
    verifyConsentReceipt(jws, {
      keys: [{ kid: authority.kid, jwk: authority.publicJwk, ...time }],
      issuer: ISSUER,
    });
  const codeOf = (jws: string, time: Partial<PinnedKey> = {}) =>
    verify(jws, time).then(
      () => 'accepted',
      (error: unknown) => (error instanceof PermitError ? error.code : String(error)),
    );

  it('hold for anyone who has the published key', async () => {
    expect(await verify(await issueConsentReceipt(claims, authority))).toMatchObject(claims);
  });

  it('hold for ever after their key ended in its turn, and not by one that was in other hands', async () => {
    const jws = await issueConsentReceipt(claims, authority);
    expect(await codeOf(jws, { notAfter: claims.iat + 1 })).toBe('accepted');
    expect(await codeOf(jws, { notAfter: claims.iat })).toBe('key-ended');
    expect(await codeOf(jws, { notAfter: claims.iat + 1, compromised: true })).toBe('key-compromised');
  });

  it('are refused when altered, of another key, issuer or type, or of another form', async () => {
    const jws = await issueConsentReceipt(claims, authority);
    const [head = '', payload = '', signature = ''] = jws.split('.');
    const wider = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace('internal', 'external'),
    ).toString('base64url');
    const header = { alg: 'ES256', typ: CONSENT_RECEIPT_TYP, kid: authority.kid };
    expect(await codeOf(`${head}.${wider}.${signature}`)).toBe('signature');
    expect(await codeOf(await issueConsentReceipt(claims, other))).toBe('unknown-key');
    expect(await codeOf(await forgeJws(header, claims, other))).toBe('signature');
    expect(await codeOf(await forgeJws({ ...header, typ: 'guise-permit+jwt' }, claims, authority))).toBe(
      'type',
    );
    expect(await codeOf(await forgeJws(header, { ...claims, iss: 'https://x.example' }, authority))).toBe(
      'issuer',
    );
    expect(await codeOf(await forgeJws(header, { ...claims, extra: 1 }, authority))).toBe('claims');
    expect(await codeOf('x'.repeat(200_000))).toBe('malformed');
  });
});
