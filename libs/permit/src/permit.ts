import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  permitClaims,
  PERMIT_MAX_SECONDS,
  PERMIT_TYP,
  type PermitClaims,
  type Purpose,
} from '@guise/protocol';
import { requireInTime } from './clock.js';
import { PermitError } from './errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from './jws.js';
import type { Es256Signer } from './key.js';
import { findKey, requireKeyInTime, type PinnedKey } from './pinned-key.js';

const PROFILE: JwsProfile = { typ: PERMIT_TYP, maxLength: 8192, keyIn: 'kid' };

/** The wear authorisation of a permit (RFC 9396 `urn:guise:wear:v1`). */
export type WearAuthorisation = PermitClaims['authorization_details'][number];

// Not exported: nobody outside this file can make a value that bears them.
const authentic: unique symbol = Symbol('authentic permit');
const verified: unique symbol = Symbol('verified permit');

/** A permit that a pinned key signed and whose times hold; nothing is said yet about who may use it. */
export interface AuthenticPermit {
  readonly jws: string;
  /** SHA-256 of the JWS, hexadecimal: how the ledger names it. */
  readonly sha256: string;
  readonly claims: PermitClaims;
  readonly wear: WearAuthorisation;
  readonly [authentic]: true;
}

/** A permit that holds here and now: for this device, avatar, purpose and meeting. Only {@link verifyPermit} makes one. */
export interface VerifiedPermit extends AuthenticPermit {
  readonly [verified]: true;
}

/** What the caller knows by itself and the permit must agree with. */
export interface PermitExpectation {
  readonly issuer: string;
  /** `PERMIT_AUDIENCE` of the protocol for a runtime. */
  readonly audience: string;
  /** RFC 7638 thumbprint of this device's own key. */
  readonly jkt: string;
  /** SHA-256 of the avatar bundle as loaded, hexadecimal. */
  readonly avatarSha256: string;
  readonly purpose: Purpose;
  /** Needed when the permit is bound to a meeting. */
  readonly meeting?: string | undefined;
}

/**
 * Signs a permit.
 * @throws PermitError `claims`, `lifetime`
 */
export async function issuePermit(claims: PermitClaims, signer: Es256Signer): Promise<string> {
  const parsed = permitClaims.safeParse(claims);
  if (!parsed.success) throw new PermitError('claims');
  requireInTime(parsed.data, parsed.data.iat, PERMIT_MAX_SECONDS);
  return signJws({ alg: 'ES256', typ: PERMIT_TYP, kid: signer.kid }, parsed.data, signer);
}

/**
 * Checks who signed a permit and whether it is in time: signature under a pinned key, type, issuer, times, shape. For
 * evidence: of a permit by a key that was in other hands later, the ledger must prove that it was there before.
 * @param options.now Unix seconds; for evidence, the second in question
 * @throws PermitError
 */
export async function verifyPermitAuthenticity(
  jws: string,
  options: { readonly keys: readonly PinnedKey[]; readonly now: number; readonly issuer: string },
): Promise<AuthenticPermit> {
  const header = parseJwsHeader(jws, PROFILE);
  const key = findKey(options.keys, header.kid);
  const claims = await openJws(jws, key.jwk, permitClaims);
  requireKeyInTime(key, claims.iat, true);
  if (claims.iss !== options.issuer) throw new PermitError('issuer');
  requireInTime(claims, options.now, PERMIT_MAX_SECONDS);
  const [wear] = claims.authorization_details;
  if (wear === undefined) throw new PermitError('claims');
  if (wear.not_after <= options.now) throw new PermitError('expired');
  const digest = bytesToHex(sha256(new TextEncoder().encode(jws)));
  return Object.freeze({ jws, sha256: digest, claims, wear, [authentic]: true as const });
}

/**
 * The whole decision whether a permit opens the gate of this device: {@link verifyPermitAuthenticity}, and then
 * audience, key binding (RFC 7800), avatar bundle, purpose and meeting.
 * @throws PermitError
 */
export async function verifyPermit(
  jws: string,
  options: {
    readonly keys: readonly PinnedKey[];
    readonly now: number;
    readonly expected: PermitExpectation;
  },
): Promise<VerifiedPermit> {
  const { keys, now, expected } = options;
  const permit = await verifyPermitAuthenticity(jws, { keys, now, issuer: expected.issuer });
  // A thief of the key may have dated it back: nothing proves to this device when it was signed.
  requireKeyInTime(findKey(keys, parseJwsHeader(jws, PROFILE).kid), permit.claims.iat);
  requireAudience(permit.claims, expected);
  if (permit.claims.cnf.jkt !== expected.jkt) throw new PermitError('key-mismatch');
  if (permit.wear.avatar_sha256 !== expected.avatarSha256) throw new PermitError('avatar-mismatch');
  if (permit.wear.purpose !== expected.purpose) throw new PermitError('purpose-mismatch');
  return Object.freeze({ ...permit, [verified]: true as const });
}

function requireAudience({ aud }: PermitClaims, expected: PermitExpectation): void {
  const [program, meeting] = aud;
  if (program !== expected.audience) throw new PermitError('audience');
  if (meeting !== expected.meeting) throw new PermitError('meeting-mismatch');
}
