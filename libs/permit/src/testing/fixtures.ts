import { formatId, permitClaims, type IdKind, type PermitClaims } from '@guise/protocol';
import { createEs256Key, createEs256Signer, KEY_RANDOM_BYTES, type Es256Signer } from '../key.js';
import type { PermitExpectation } from '../permit.js';

/** 2026-11-01T12:00:00Z */
export const NOW = 1_793_534_400;
export const ISSUER = 'https://authority.example';

const random = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) % 251);
const id = (kind: IdKind, seed: number): string => formatId(kind, random(seed, 16));
const hash = (seed: number): string => Buffer.from(random(seed, 32)).toString('hex');

/** The same key for the same seed. */
export function testSigner(seed: number): Promise<Es256Signer> {
  return createEs256Signer(createEs256Key(random(seed, KEY_RANDOM_BYTES)));
}

/** Claims of a sound permit for the device with this key. */
export function testClaims(jkt: string, changes: Partial<PermitClaims> = {}): PermitClaims {
  const claims = permitClaims.parse({
    iss: ISSUER,
    sub: 'p'.repeat(43),
    aud: ['guise-runtime'],
    client_id: id('device', 1),
    jti: id('permit', 2),
    iat: NOW,
    nbf: NOW,
    exp: NOW + 300,
    cnf: { jkt },
    status: { status_list: { idx: 7, uri: `${ISSUER}/v1/status-lists/1` } },
    authorization_details: [
      {
        type: 'urn:guise:wear:v1',
        avatar: id('avatar', 3),
        avatar_sha256: hash(4),
        source_face: id('sourceFace', 5),
        wearer: { source_face: id('sourceFace', 6), template_sha256: hash(7) },
        consent: id('consent', 8),
        consent_sha256: hash(9),
        approvals: [hash(10), hash(11)],
        purpose: 'meeting',
        audience: 'internal',
        not_after: NOW + 86_400,
        label: 'AI MODIFIED',
        label_positions: ['top-right'],
        non_commercial_models: false,
        own_models: [],
        watermark: { session: 123_456_789, chain_end: hash(12) },
      },
    ],
    runtime: { min_version: '0.1.0' },
    checkpoint: { origin: 'authority.example/log', size: 5, root: 'r'.repeat(43) },
  });
  return { ...claims, ...changes };
}

export const testExpectation = (jkt: string): PermitExpectation => ({
  issuer: ISSUER,
  audience: 'guise-runtime',
  jkt,
  avatarSha256: hash(4),
  purpose: 'meeting',
});

/** A compact JWS with any header and payload, signed or not: what an attacker can write. */
export async function forgeJws(header: unknown, payload: unknown, signer?: Es256Signer): Promise<string> {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = signer === undefined ? new Uint8Array() : await signer.sign(Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
