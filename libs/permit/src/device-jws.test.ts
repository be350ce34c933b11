import { formatId, sessionId, type EvidenceSegment, type SessionOpening } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import {
  signEvidenceSegment,
  signSessionOpening,
  verifyEvidenceSegment,
  verifySessionOpening,
} from './device-jws.js';
import { createEs256Key, createEs256Signer, jwkThumbprint } from './key.js';
import { forgeJws, NOW, testSigner } from './testing/fixtures.js';

const device = await testSigner(2);
const thief = await testSigner(3);
const opening: SessionOpening = {
  avatarSha256: 'a'.repeat(64),
  chainEnd: 'b'.repeat(64),
  chainLength: 3600,
  iat: NOW,
  nonce: 'n'.repeat(22),
};
const segment: EvidenceSegment = {
  session: sessionId.parse(formatId('session', new Uint8Array(16))),
  sequence: 0,
  previous: null,
  permit: formatId('permit', new Uint8Array(16)),
  frame: { width: 1280, height: 720 },
  epochs: [
    {
      epoch: 0,
      renderedAt: NOW,
      frames: 30,
      slateFrames: 0,
      frameRoot: 'c'.repeat(64),
      fingerprints: ['A'.repeat(262)],
    },
  ],
};

describe('what a device signs', () => {
  it('reads back under its key', async () => {
    expect(await verifySessionOpening(await signSessionOpening(opening, device), device.publicJwk)).toEqual(
      opening,
    );
    expect(await verifyEvidenceSegment(await signEvidenceSegment(segment, device), device.publicJwk)).toEqual(
      segment,
    );
  });

  it('is refused from another key, also under the device’s key id', async () => {
    const foreign = await signEvidenceSegment(segment, thief);
    await expect(verifyEvidenceSegment(foreign, device.publicJwk)).rejects.toMatchObject({
      code: 'key-mismatch',
    });
    const dressed = await forgeJws(
      { alg: 'ES256', typ: 'guise-evidence+jwt', kid: device.kid },
      segment,
      thief,
    );
    await expect(verifyEvidenceSegment(dressed, device.publicJwk)).rejects.toMatchObject({
      code: 'signature',
    });
  });

  it('is never taken for the other kind', async () => {
    const signed = await signSessionOpening(opening, device);
    await expect(verifyEvidenceSegment(signed, device.publicJwk)).rejects.toMatchObject({ code: 'type' });
  });

  it('must be whole', async () => {
    const header = { alg: 'ES256', typ: 'guise-evidence+jwt', kid: device.kid };
    for (const changed of [
      { ...segment, epochs: [] },
      { ...segment, extra: 1 },
      { ...segment, sequence: -1 },
    ]) {
      const jws = await forgeJws(header, changed, device);
      await expect(verifyEvidenceSegment(jws, device.publicJwk)).rejects.toMatchObject({ code: 'claims' });
    }
  });
});

describe('keys', () => {
  it('have the thumbprint of RFC 7638 (P-256 key of RFC 7517 appendix A.1)', async () => {
    const jwk = {
      kty: 'EC' as const,
      crv: 'P-256' as const,
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    };
    expect(await jwkThumbprint(jwk)).toBe('cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s');
    expect(await jwkThumbprint({ ...jwk, kid: 'x', alg: 'ES256', use: 'sig' })).toBe(
      await jwkThumbprint(jwk),
    );
  });

  it('are refused when private and public part do not belong together', async () => {
    const a = createEs256Key(new Uint8Array(48).fill(1));
    const b = createEs256Key(new Uint8Array(48).fill(2));
    await expect(createEs256Signer({ ...a, d: b.d })).rejects.toMatchObject({ code: 'key-malformed' });
    await expect(createEs256Signer({ ...a, d: 'A'.repeat(43) })).rejects.toMatchObject({
      code: 'key-malformed',
    });
    expect(() => createEs256Key(new Uint8Array(32))).toThrow(RangeError);
  });
});
