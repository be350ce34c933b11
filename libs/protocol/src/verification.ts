import { z } from 'zod';
import { checkpointNote, provenEntry } from './ledger.js';
import { sha256Hex, unixSeconds, verificationId } from './ids.js';

export const verdict = z.enum(['authorised', 'not-authorised', 'altered', 'unmarked', 'inconclusive']);
export type Verdict = z.infer<typeof verdict>;

export const verdictReason = z.object({ code: z.string().max(60), message: z.string().max(500) });

/** One second of the submitted material. */
export const timelineEntry = z.object({
  /** Second of the submitted file (0 for a still picture). */
  second: z.int().nonnegative(),
  verdict,
  /** Epoch of the session whose mark was found; null when none was. */
  epoch: z.int().nonnegative().nullable(),
  renderedAt: unixSeconds.nullable(),
  /** Median weighted Hamming distance of 64-bit tiles to the evidence (0–64); null when there is nothing to compare. */
  fingerprintDistance: z.number().nullable(),
  /** Weighted Hamming distance of the face to the evidence (0–256); null when no face was recorded or received. */
  faceDistance: z.number().nullable(),
  /** z-score of the epoch tag under the disclosed key. */
  epochTagZ: z.number().nullable(),
  alteredTiles: z.array(z.int().min(0).max(15)),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** How much of the submitted file was looked at. The timeline holds the seconds that were, and says nothing about others. */
export const coverage = z.object({
  /** Length of the file in begun seconds; 1 for a still picture. */
  seconds: z.int().positive(),
  /** Seconds that were looked at. */
  read: z.int().nonnegative(),
  /** Most seconds in a row that were not. */
  longestGap: z.int().nonnegative(),
});
export type Coverage = z.infer<typeof coverage>;

/** Everything an offline verifier needs besides the trust root it already holds. */
export const proofBundle = z.strictObject({
  format: z.literal('guise-proof/1'),
  mediaSha256: sha256Hex,
  session: z.int().positive(),
  checkpoint: checkpointNote,
  entries: z.array(provenEntry).max(2000),
  /** The permits in force, as issued. */
  permits: z.array(z.string().max(8192)).max(500),
});
export type ProofBundle = z.infer<typeof proofBundle>;

/** POST /v1/verifications (auditor, multipart `file`): picture or clip. */
export const verificationReport = z.object({
  id: verificationId,
  verdict,
  reasons: z.array(verdictReason),
  mediaSha256: sha256Hex,
  verifiedAt: unixSeconds,
  detection: z.object({
    found: z.boolean(),
    session: z.int().nullable(),
    /** log10 of the probability that unmarked material looks like this. */
    confidenceLog10: z.number().nullable(),
  }),
  facts: z
    .object({
      session: z.string(),
      wearer: z.object({ personId: z.string(), displayName: z.string() }),
      device: z.string(),
      avatar: z.object({ id: z.string(), name: z.string(), sha256: sha256Hex, kind: z.string() }),
      permit: z.object({ jti: z.string(), iat: unixSeconds, exp: unixSeconds, purpose: z.string() }),
      consent: z.object({ id: z.string(), sha256: sha256Hex, subject: z.string(), givenAt: unixSeconds }),
      approvals: z.array(z.object({ id: z.string(), approver: z.string(), sha256: sha256Hex })),
    })
    .nullable(),
  timeline: z.array(timelineEntry).max(20_000),
  coverage,
  proof: proofBundle.nullable(),
});
export type VerificationReport = z.infer<typeof verificationReport>;

/** POST /v1/detect (public): names no person. */
export const detectionReport = z.object({
  marked: z.boolean(),
  authorised: z.boolean().nullable(),
  confidenceLog10: z.number().nullable(),
  technique: z.literal('invisible-watermark-ts'),
});
