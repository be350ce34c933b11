import {
  approvalId,
  audience,
  avatarId,
  avatarKind,
  avatarState,
  consentId,
  deviceId,
  enrolmentId,
  keyThumbprint,
  keyUse,
  likeness,
  p256Jwk,
  permitId,
  personId,
  policyId,
  purpose,
  recoveryId,
  sessionId,
  sessionNumber,
  sha256Hex,
  sourceFaceId,
  unixSeconds,
  verdict,
  verificationId,
  type WebauthnResponse,
} from '@guise/protocol';
import { z } from 'zod';
import { decodeBase64Url } from './bytes.js';
import { LedgerError } from './errors.js';
import { areLeafRanges } from './leaf-ranges.js';

const bytes = (min: number, max: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= min && value.length <= max,
    'wrong number of bytes',
  );
const jws = (maxLength: number) => z.string().max(maxLength);

/** A passkey assertion as it came, so that its signature can be checked again by anyone, years later. */
export const assertionEvidence = z.strictObject({
  credential: bytes(1, 1023),
  clientData: bytes(1, 4096),
  authenticatorData: bytes(37, 2048),
  signature: bytes(1, 1024),
});
export type AssertionEvidence = z.infer<typeof assertionEvidence>;

const leafIndex = z.int().nonnegative();

/** The exact UTF-8 bytes a person signed, with the assertion over their SHA-256. */
const signed = { statement: bytes(1, 16_384), assertion: assertionEvidence };

const entry = <K extends string, S extends z.core.$ZodShape>(kind: K, shape: S) =>
  z.strictObject({ v: z.literal(1), kind: z.literal(kind), at: unixSeconds, ...shape });

/** Ranges that one entry about erased ones names at most: some 100 KiB. */
const MAX_ERASED_RANGES = 5_000;

/**
 * Payloads of all entry kinds. Persons appear by id only, never by name. What a person or a device decided is held as
 * the exact signed bytes, so an operator cannot invent it.
 */
export const ledgerPayload = z.discriminatedUnion('kind', [
  entry('passkey', {
    person: personId,
    credential: bytes(1, 1023),
    /** COSE_Key bytes as the authenticator gave them. */
    publicKey: bytes(1, 2048),
    state: z.enum(['registered', 'removed']),
  }),
  /** A step of a recovery (two admins, a delay); `by` is who took it, `readyAt` the end of the delay once it is approved. */
  entry('recovery', {
    recovery: recoveryId,
    person: personId,
    by: personId,
    state: z.enum(['requested', 'approved', 'part-given', 'cancelled', 'completed']),
    readyAt: unixSeconds.nullable(),
  }),
  entry('enrolment', {
    enrolment: enrolmentId,
    person: personId,
    sourceFace: sourceFaceId,
    templateSha256: sha256Hex,
    evidenceSha256: sha256Hex,
    noticeSha256: sha256Hex,
    locale: z.string().max(20),
  }),
  entry('consent-given', { consent: consentId, person: personId, ...signed }),
  entry('consent-withdrawn', { consent: consentId, by: personId }),
  entry('approval', { approval: approvalId, person: personId, ...signed }),
  /** A policy came into force: the whole text, signed by the admin who approved it. */
  entry('policy', {
    policy: policyId,
    version: z.int().positive(),
    proposedBy: personId,
    person: personId,
    ...signed,
  }),
  entry('avatar-state', {
    avatar: avatarId,
    avatarSha256: sha256Hex,
    avatarKind,
    likeness,
    subject: personId,
    draftedBy: personId,
    from: avatarState.nullable(),
    to: avatarState,
    /** Who caused it; null when time did. */
    by: personId.nullable(),
  }),
  entry('device', {
    device: deviceId,
    person: personId,
    jwk: p256Jwk,
    state: z.enum(['active', 'revoked']),
    /** Present when paired: the person's passkey over the pairing statement. */
    ...z.strictObject(signed).partial().shape,
  }),
  entry('permit', {
    permit: permitId,
    /** SHA-256 of the JWS as issued. */
    permitSha256: sha256Hex,
    session: sessionId,
    sessionNumber,
    person: personId,
    device: deviceId,
    avatar: avatarId,
    avatarSha256: sha256Hex,
    consent: consentId,
    consentSha256: sha256Hex,
    approvals: z.array(sha256Hex).max(10),
    purpose,
    audience,
    notBefore: unixSeconds,
    expires: unixSeconds,
  }),
  entry('session-opened', {
    session: sessionId,
    sessionNumber,
    person: personId,
    device: deviceId,
    avatar: avatarId,
    /** JWS of the session opening, by the device key below. */
    opening: jws(4096),
    jwk: p256Jwk,
  }),
  entry('session-closed', {
    session: sessionId,
    reason: z.enum(['finished', 'revoked', 'failed', 'abandoned']),
  }),
  entry('evidence', { session: sessionId, segment: jws(131_072) }),
  entry('key-disclosure', { session: sessionId, epoch: z.int().min(0).max(86_400), key: bytes(32, 32) }),
  entry('status-change', {
    subject: z.string().max(40),
    from: z.string().max(40),
    to: z.string().max(40),
    reason: z.string().max(60),
  }),
  entry('verification', {
    verification: verificationId,
    by: personId,
    mediaSha256: sha256Hex,
    verdict,
    session: sessionId.nullable(),
  }),
  entry('erasure', { person: personId, what: z.string().max(60), count: z.int().nonnegative() }),
  /** What the policy's retention periods destroyed by themselves; no person is named. */
  entry('retention', {
    what: z.enum(['avatar-bundles', 'consent-requests', 'decisions', 'records-of-leavers']),
    count: z.int().positive(),
    /** Everything older than this second. */
    before: unixSeconds,
    policyVersion: z.int().nonnegative(),
  }),
  /**
   * Payloads and salts of earlier entries were destroyed by right: the log keeps their commitments, which nobody can open any
   * more. Names their places and no person. An entry that is gone and named by none of these was wiped out.
   */
  entry('entries-erased', {
    /** A source face was erased by its owner, or somebody left and the policy's time was over. */
    why: z.enum(['source-face', 'leaver']),
    ranges: z
      .array(z.tuple([leafIndex, leafIndex]))
      .min(1)
      .max(MAX_ERASED_RANGES)
      .refine(areLeafRanges, 'the ranges are not ascending and apart'),
  }),
  /** A signing key was made: from when it signs, and which keys end by it. The public halves are here for ever. */
  entry('key-rotation', {
    use: keyUse,
    /** RFC 7638 thumbprint of `jwk`. */
    keyId: keyThumbprint,
    jwk: p256Jwk,
    /** 0 for the first key of its use. */
    activeFrom: unixSeconds,
    /** All keys of this use that were not over yet; `until`: what they sign from then on is worth nothing. */
    ended: z
      .array(z.strictObject({ keyId: keyThumbprint, until: unixSeconds, compromised: z.boolean() }))
      .max(10),
    /** The admin who had it made; null when the operator did, or when it is the first. */
    by: personId.nullable(),
    /** Present when an admin did: their passkey over the rotation statement. */
    ...z.strictObject(signed).partial().shape,
  }),
]);
export type LedgerPayload = z.infer<typeof ledgerPayload>;
export type LedgerPayloadOf<K extends LedgerPayload['kind']> = Extract<LedgerPayload, { kind: K }>;

const assertionFields = z.object({
  clientDataJSON: z.string().max(8192),
  authenticatorData: z.string().max(4096),
  signature: z.string().max(2048),
});

/**
 * Turns a browser's assertion into the bytes that a ledger entry keeps.
 * @throws LedgerError `entry-malformed`
 */
export function assertionFromWebauthn(response: WebauthnResponse): AssertionEvidence {
  const fields = assertionFields.safeParse(response.response);
  const evidence = assertionEvidence.safeParse({
    credential: decodeBase64Url(response.rawId),
    clientData: decodeBase64Url(fields.data?.clientDataJSON ?? ''),
    authenticatorData: decodeBase64Url(fields.data?.authenticatorData ?? ''),
    signature: decodeBase64Url(fields.data?.signature ?? ''),
  });
  if (!evidence.success)
    throw new LedgerError('entry-malformed', 'the passkey answer lacks an assertion: sign again');
  return evidence.data;
}
