import { z } from 'zod';

/** Identifiers are a kind prefix and 128 random bits in lower-case base32 (26 characters). */
const ID_BODY = /^[a-z2-7]{26}$/;

export const ID_PREFIXES = {
  person: 'per',
  device: 'dev',
  sourceFace: 'sfa',
  enrolment: 'enr',
  avatar: 'ava',
  consent: 'con',
  approval: 'apr',
  permit: 'pmt',
  session: 'ses',
  verification: 'ver',
  invitation: 'inv',
  consentRequest: 'crq',
  policy: 'pol',
  passkey: 'pky',
  signIn: 'sgn',
  recovery: 'rec',
  personNotice: 'ntc',
  adminGrant: 'adg',
  provisioningClient: 'prv',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const idSchema = <K extends IdKind>(kind: K) =>
  z
    .string()
    .refine((value) => value.startsWith(`${ID_PREFIXES[kind]}_`) && ID_BODY.test(value.slice(4)), {
      message: `expected an id like ${ID_PREFIXES[kind]}_ followed by 26 characters a-z2-7`,
    })
    .brand(kind);

export const personId = idSchema('person');
export const deviceId = idSchema('device');
export const sourceFaceId = idSchema('sourceFace');
export const enrolmentId = idSchema('enrolment');
export const avatarId = idSchema('avatar');
export const consentId = idSchema('consent');
export const approvalId = idSchema('approval');
export const permitId = idSchema('permit');
export const sessionId = idSchema('session');
export const verificationId = idSchema('verification');
export const consentRequestId = idSchema('consentRequest');
export const policyId = idSchema('policy');
export const passkeyId = idSchema('passkey');
export const signInId = idSchema('signIn');
export const recoveryId = idSchema('recovery');
export const personNoticeId = idSchema('personNotice');
export const adminGrantId = idSchema('adminGrant');
export const provisioningClientId = idSchema('provisioningClient');

export type PersonId = z.infer<typeof personId>;
export type DeviceId = z.infer<typeof deviceId>;
export type SourceFaceId = z.infer<typeof sourceFaceId>;
export type EnrolmentId = z.infer<typeof enrolmentId>;
export type AvatarId = z.infer<typeof avatarId>;
export type ConsentId = z.infer<typeof consentId>;
export type ApprovalId = z.infer<typeof approvalId>;
export type PermitId = z.infer<typeof permitId>;
export type SessionId = z.infer<typeof sessionId>;
export type VerificationId = z.infer<typeof verificationId>;

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Makes an identifier of a kind from 16 bytes of randomness that the caller draws.
 * @throws RangeError unless exactly 16 bytes are given
 */
export function formatId(kind: IdKind, random: Uint8Array): string {
  if (random.length !== 16) throw new RangeError('an identifier takes exactly 16 random bytes');
  let body = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of random) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      body += BASE32.charAt((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  body += BASE32.charAt((buffer << (5 - bits)) & 31);
  return `${ID_PREFIXES[kind]}_${body}`;
}

/** Lower-case hexadecimal SHA-256. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
export type Sha256Hex = z.infer<typeof sha256Hex>;

/** Unpadded base64url of bounded length. */
export const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[A-Za-z0-9_-]*$/, 'expected unpadded base64url');

/** Seconds since 1970-01-01T00:00:00Z, integer (RFC 7519 NumericDate without fractions). */
export const unixSeconds = z.int().min(0).max(253_402_300_799);
