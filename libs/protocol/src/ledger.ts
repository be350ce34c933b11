import { z } from 'zod';
import { base64url, sha256Hex, unixSeconds } from './ids.js';

export const ledgerEntryKind = z.enum([
  'passkey',
  'recovery',
  'enrolment',
  'consent-given',
  'consent-withdrawn',
  'approval',
  'policy',
  'avatar-state',
  'device',
  'permit',
  'session-opened',
  'session-closed',
  'evidence',
  'key-disclosure',
  'status-change',
  'verification',
  'erasure',
  'retention',
  'entries-erased',
  'key-rotation',
]);
export type LedgerEntryKind = z.infer<typeof ledgerEntryKind>;

/** A checkpoint as a signed note (C2SP tlog-checkpoint, signed-note), text with trailing newline. */
export const checkpointNote = z.string().max(8192);

/** An entry with all that is needed to check it against a checkpoint. `payload` is deterministic CBOR. */
export const provenEntry = z.strictObject({
  kind: ledgerEntryKind,
  index: z.int().nonnegative(),
  payload: base64url(400_000),
  /** 32 bytes; the leaf commits to SHA-256(payload ‖ salt). */
  salt: base64url(43).length(43),
  /** RFC 6962 inclusion proof against the bundle's checkpoint, leaf side first. */
  proof: z.array(base64url(43).length(43)).max(64),
});
export type ProvenEntry = z.infer<typeof provenEntry>;

/** GET /v1/ledger/status */
export const ledgerStatus = z.object({
  origin: z.string(),
  size: z.int().nonnegative(),
  root: base64url(44),
  signedAt: unixSeconds.nullable(),
  verifierKey: z.string(),
});

/** GET /v1/ledger/proof/inclusion?index&size and /consistency?first&second */
export const hashList = z.object({ hashes: z.array(base64url(43)) });

/** GET /.well-known/guise-trust.json: what an offline verifier pins. */
export const trustRoot = z.strictObject({
  issuer: z.url(),
  /** C2SP verifier key of the ledger: `<origin>+<hash>+<base64>`. */
  ledgerKey: z.string().max(500),
  /** Relying party the passkey signatures are bound to. */
  rpId: z.string().max(253),
  origins: z.array(z.string().max(300)).min(1).max(10),
  /** Keys of permits, status lists and receipts, past, present and next, each with its time (`publishedKey`). */
  permitKeys: z.array(z.record(z.string(), z.unknown())).min(1).max(1000),
});
export type TrustRoot = z.infer<typeof trustRoot>;

/** Hash in payloads that point at other entries. */
export const entryHash = sha256Hex;
