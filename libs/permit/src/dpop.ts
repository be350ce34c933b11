import { sha256 } from '@noble/hashes/sha2.js';
import type { P256Jwk } from '@guise/protocol';
import { base64url } from 'jose';
import { z } from 'zod';
import { MAX_FUTURE_SECONDS } from './clock.js';
import { PermitError } from './errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from './jws.js';
import { thumbprintOf, parseP256Jwk, type Es256Signer, type Es256Verifier } from './key.js';

const DPOP_TYP = 'dpop+jwt';
const PROFILE: JwsProfile = { typ: DPOP_TYP, maxLength: 4096, keyIn: 'jwk' };

/** Oldest proof that is accepted; the server keeps `jti` values at least this long plus {@link MAX_FUTURE_SECONDS}. */
export const DPOP_MAX_AGE_SECONDS = 60;

const dpopClaims = z.strictObject({
  jti: z.string().regex(/^[A-Za-z0-9_-]{16,100}$/),
  htm: z.string().max(10),
  htu: z.url().max(2048),
  iat: z.int().nonnegative(),
  ath: z.string().length(43).optional(),
  nonce: z.string().max(200).optional(),
});

export interface DpopRequest {
  /** Method, e.g. `POST`. */
  readonly htm: string;
  /** URL of the request; query and fragment do not count (RFC 9449 §4.3). */
  readonly htu: string;
}

/** A proof that someone holds a key for this one request. Whether its `jti` is new is the caller's to check. */
export interface VerifiedDpopProof {
  readonly jwk: P256Jwk;
  readonly jkt: string;
  readonly jti: string;
  /** Unix seconds. */
  readonly iat: number;
}

/**
 * Makes a DPoP proof (RFC 9449 §4.2).
 * @param request.jti at least 96 random bits, base64url; never reused
 * @param request.iat Unix seconds
 */
export function makeDpopProof(
  signer: Es256Signer,
  request: DpopRequest & {
    readonly iat: number;
    readonly jti: string;
    readonly nonce?: string | undefined;
    readonly accessToken?: string | undefined;
  },
): Promise<string> {
  const { htm, htu, iat, jti, nonce, accessToken } = request;
  const payload = {
    jti,
    htm,
    htu: withoutQuery(htu),
    iat,
    ...(accessToken === undefined ? {} : { ath: accessTokenHash(accessToken) }),
    ...(nonce === undefined ? {} : { nonce }),
  };
  return signJws({ alg: 'ES256', typ: DPOP_TYP, jwk: signer.publicJwk }, payload, signer);
}

/**
 * Verifies a DPoP proof (RFC 9449 §4.3, all points but the replay check).
 * @param expected.accessToken when the request carries one: the proof must be bound to it
 * @param expected.jkt when the key is known: the proof must be by it
 * @param expected.nonces when the server demands one of these
 * @param expected.verify checks the signature in place of WebCrypto
 * @throws PermitError
 */
export async function verifyDpopProof(
  proof: string,
  expected: DpopRequest & {
    readonly now: number;
    readonly jkt?: string | undefined;
    readonly nonces?: readonly string[] | undefined;
    readonly accessToken?: string | undefined;
    readonly verify?: Es256Verifier | undefined;
  },
): Promise<VerifiedDpopProof> {
  const jwk = parseP256Jwk(parseJwsHeader(proof, PROFILE).jwk);
  const claims = await openJws(proof, jwk, dpopClaims, expected.verify);
  if (claims.htm !== expected.htm || withoutQuery(claims.htu) !== withoutQuery(expected.htu)) {
    throw new PermitError('proof-target');
  }
  const age = expected.now - claims.iat;
  if (age > DPOP_MAX_AGE_SECONDS || age < -MAX_FUTURE_SECONDS) throw new PermitError('proof-age');
  if (expected.nonces !== undefined && !expected.nonces.includes(claims.nonce ?? '')) {
    throw new PermitError('proof-nonce');
  }
  const ath = expected.accessToken === undefined ? undefined : accessTokenHash(expected.accessToken);
  if (claims.ath !== ath) throw new PermitError('proof-token');
  const jkt = thumbprintOf(jwk);
  if (expected.jkt !== undefined && jkt !== expected.jkt) throw new PermitError('key-mismatch');
  return { jwk, jkt, jti: claims.jti, iat: claims.iat };
}

const accessTokenHash = (token: string): string => base64url.encode(sha256(new TextEncoder().encode(token)));

/** Syntax-based normalisation (RFC 3986 §6.2.2) as the URL parser does it, without query and fragment. */
function withoutQuery(url: string): string {
  if (!URL.canParse(url)) throw new PermitError('proof-target');
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
