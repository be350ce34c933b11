import { CONSENT_RECEIPT_TYP, consentReceiptClaims, type ConsentReceiptClaims } from '@guise/protocol';
import { PermitError } from './errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from './jws.js';
import type { Es256Signer } from './key.js';
import { findKey, requireKeyInTime, type PinnedKey } from './pinned-key.js';

const PROFILE: JwsProfile = { typ: CONSENT_RECEIPT_TYP, maxLength: 131_072, keyIn: 'kid' };

// Not exported: nobody outside this file can make a value that bears it.
const verified: unique symbol = Symbol('verified consent receipt');
/** A consent record that the authority signed. It says how the consent stood at `iat`, and never expires. */
export type VerifiedConsentReceipt = ConsentReceiptClaims & { readonly [verified]: true };

/** @throws PermitError `claims` */
export async function issueConsentReceipt(
  claims: ConsentReceiptClaims,
  signer: Es256Signer,
): Promise<string> {
  const parsed = consentReceiptClaims.safeParse(claims);
  if (!parsed.success) throw new PermitError('claims');
  return signJws({ alg: 'ES256', typ: CONSENT_RECEIPT_TYP, kid: signer.kid }, parsed.data, signer);
}

/**
 * Checks a receipt with nothing but the authority's published keys, also those that have ended since.
 * @throws PermitError
 */
export async function verifyConsentReceipt(
  jws: string,
  options: { readonly keys: readonly PinnedKey[]; readonly issuer: string },
): Promise<VerifiedConsentReceipt> {
  const header = parseJwsHeader(jws, PROFILE);
  const key = findKey(options.keys, header.kid);
  const claims = await openJws(jws, key.jwk, consentReceiptClaims);
  requireKeyInTime(key, claims.iat);
  if (claims.iss !== options.issuer) throw new PermitError('issuer');
  return Object.freeze({ ...claims, [verified]: true as const });
}
