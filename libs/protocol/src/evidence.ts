import { z } from 'zod';
import { base64url, sessionId, sha256Hex, unixSeconds } from './ids.js';

export const EVIDENCE_TYP = 'guise-evidence+jwt';
/**
 * Robust fingerprint of one picture (docs/spec/watermark.md §9): region of the face (4 bytes, zero without a face), 256 bits
 * of that region, 256 bits of the whole, 16 tiles of 64 bits.
 */
export const FINGERPRINT_BYTES = 196;
/** Its beginning: the face alone. */
export const FACE_FINGERPRINT_BYTES = 36;
/** A second is fingerprinted in this many equal parts: wholly every eighth of them and while the scene moves, the others by the face. */
export const FINGERPRINTS_PER_EPOCH = 32;
export const WHOLE_FINGERPRINT_EVERY = 8;
/** Unpadded base64url of 36 or of 196 bytes. */
export const FINGERPRINT_TEXT = /^(?:[A-Za-z0-9_-]{48}|[A-Za-z0-9_-]{262})$/;

/** One second of a session. */
export const evidenceEpoch = z.strictObject({
  epoch: z.int().min(0).max(86_400),
  /** Wall-clock second in which its first frame was rendered. */
  renderedAt: unixSeconds,
  /** Frames written in this epoch, slate frames included. */
  frames: z.int().min(1).max(240),
  slateFrames: z.int().min(0).max(240),
  /** RFC 6962 Merkle root over SHA-256 of each frame's I420 bytes, in order. */
  frameRoot: sha256Hex,
  /**
   * Fingerprints in the order of time: of the first rendered frame in each quarter of the epoch, and in the 32nds between
   * of the face alone, or of the whole where the scene moved; empty when all are slate.
   */
  fingerprints: z.array(base64url(262).regex(FINGERPRINT_TEXT)).max(FINGERPRINTS_PER_EPOCH),
});
export type EvidenceEpoch = z.infer<typeof evidenceEpoch>;

/** Payload of one evidence segment (JWS by the device key, `typ: guise-evidence+jwt`). */
export const evidenceSegment = z.strictObject({
  session: sessionId,
  sequence: z.int().min(0).max(100_000),
  /** SHA-256 of the previous segment's JWS; null for the first. */
  previous: sha256Hex.nullable(),
  permit: z.string().max(40),
  frame: z.strictObject({ width: z.int().min(2).max(8192), height: z.int().min(2).max(8192) }),
  epochs: z.array(evidenceEpoch).min(1).max(60),
});
export type EvidenceSegment = z.infer<typeof evidenceSegment>;

/** POST /v1/sessions/:id/evidence */
export const evidenceRequest = z.strictObject({ segment: z.string().max(131_072) });
export const evidenceResponse = z.object({
  leafIndex: z.int().nonnegative(),
  checkpointSize: z.int().nonnegative(),
});

/**
 * POST /v1/sessions/:id/keys: discloses the epoch key of one past epoch (and with it all before). Refused with
 * `key-too-early` until that epoch's evidence is in a published checkpoint.
 */
export const keyDisclosureRequest = z.strictObject({ epoch: z.int().min(0).max(86_400), key: sha256Hex });
/** POST /v1/sessions/:id/close */
export const sessionCloseRequest = z.strictObject({ reason: z.enum(['finished', 'revoked', 'failed']) });
