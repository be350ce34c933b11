import { z } from 'zod';
import { deviceId, personId } from '@guise/protocol';
import { requireInTime } from './clock.js';
import { PermitError } from './errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from './jws.js';
import type { Es256Signer, Es256Verifier } from './key.js';
import { findKey, requireKeyInTime, type PinnedKey } from './pinned-key.js';

const ACCESS_TOKEN_TYP = 'at+jwt';
const PROFILE: JwsProfile = { typ: ACCESS_TOKEN_TYP, maxLength: 4096, keyIn: 'kid' };
export const ACCESS_TOKEN_MAX_SECONDS = 900;

/** Claims of a device's access token: RFC 9068, bound to the device key by RFC 9449 §6. */
const accessTokenClaims = z.strictObject({
  iss: z.url(),
  sub: personId,
  aud: z.url(),
  client_id: deviceId,
  jti: z.string().regex(/^[A-Za-z0-9_-]{16,100}$/),
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
  cnf: z.strictObject({ jkt: z.string().length(43) }),
});
export type AccessTokenClaims = z.infer<typeof accessTokenClaims>;

// Not exported: nobody outside this file can make a value that bears it.
const verified: unique symbol = Symbol('verified access token');
/** An access token that holds. Still to check: the DPoP proof by `cnf.jkt`, and that the device is not revoked. */
export type VerifiedAccessToken = AccessTokenClaims & { readonly [verified]: true };

/** @throws PermitError `claims`, `lifetime` */
export async function issueAccessToken(claims: AccessTokenClaims, signer: Es256Signer): Promise<string> {
  const parsed = accessTokenClaims.safeParse(claims);
  if (!parsed.success) throw new PermitError('claims');
  requireInTime(parsed.data, parsed.data.iat, ACCESS_TOKEN_MAX_SECONDS);
  return signJws({ alg: 'ES256', typ: ACCESS_TOKEN_TYP, kid: signer.kid }, parsed.data, signer);
}

/** @throws PermitError */
export async function verifyAccessToken(
  token: string,
  options: {
    readonly keys: readonly PinnedKey[];
    readonly now: number;
    readonly issuer: string;
    readonly audience: string;
    /** Checks the signature in place of WebCrypto. */
    readonly verify?: Es256Verifier | undefined;
  },
): Promise<VerifiedAccessToken> {
  const header = parseJwsHeader(token, PROFILE);
  const key = findKey(options.keys, header.kid);
  const claims = await openJws(token, key.jwk, accessTokenClaims, options.verify);
  requireKeyInTime(key, claims.iat);
  if (claims.iss !== options.issuer) throw new PermitError('issuer');
  if (claims.aud !== options.audience) throw new PermitError('audience');
  requireInTime(claims, options.now, ACCESS_TOKEN_MAX_SECONDS);
  return Object.freeze({ ...claims, [verified]: true as const });
}
