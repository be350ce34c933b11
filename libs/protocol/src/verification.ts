import { z } from 'zod';
import { checkpointNote, provenEntry } from './ledger.js';
import { sha256Hex, unixSeconds, verificationId } from './ids.js';

export const verdict = z.enum(['authorised', 'not-authorised', 'altered', 'unmarked', 'inconclusive']);
export type Verdict = z.infer<typeof verdict>;

export const verdictReason = z.object({ code: z.string().max(60), message: z.string().max(500) });

/** A place in the submitted pictures, in their widths and heights: (0, 0) to (1, 1) is the whole of them. */
const place = z.object({ x: z.number(), y: z.number() });

/** Most marked pictures that are told apart in one frame: a gallery view of four by four. */
export const MAX_MARKED_PICTURES = 16;

/** A marked picture in one second: the whole frame as a rule, an inset or a tile of a gallery view else. */
export const markedPicture = z.object({
  session: z.int().nonnegative(),
  verdict,
  /** Why, as the codes of `reasons`. */
  reason: z.string().max(60),
  epoch: z.int().nonnegative().nullable(),
  renderedAt: unixSeconds.nullable(),
  /** Its corners, clockwise from its own top left; parts that were cropped away lie outside the frame. */
  region: z.tuple([place, place, place, place]).readonly(),
});
export type MarkedPicture = z.infer<typeof markedPicture>;

/** One second of the submitted material. Reports of earlier versions have no `reason`, `share` and `pictures`. */
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
  /** Why it is judged so, as the codes of `reasons`. */
  reason: z.string().max(60).optional(),
  /** Share of the frame, uniform bars left out, that the marked pictures fill together; null without a mark. */
  share: z.number().min(0).max(1).nullable().default(null),
  /** Every marked picture in it; what stands above is about the one that decides. */
  pictures: z.array(markedPicture).max(MAX_MARKED_PICTURES).default([]),
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
  /** Drawn when the file was submitted; says where it was looked at, so that anyone can look there again. */
  seed: z.int().min(0).max(0xffffffff).optional(),
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
  /** Of the session that `facts` is about. */
  proof: proofBundle.nullable(),
  /** Of the other sessions that are to be seen, one each. */
  otherProofs: z.array(proofBundle).max(MAX_MARKED_PICTURES).default([]),
});
export type VerificationReport = z.infer<typeof verificationReport>;

/** Answer 202 of POST /v1/verifications?whole=true, and of GET /v1/verifications/:id until the report is there. */
export const verificationProgress = z.object({
  id: verificationId,
  /** One recording is read as a whole at a time; others wait. */
  state: z.enum(['waiting', 'running']),
  /** Seconds of the file that were gone through; from the beginning again where it has to be read a second time. */
  secondsRead: z.int().nonnegative(),
  /** How many there are; null until that is known, or when the file does not tell. */
  seconds: z.int().positive().nullable(),
});
export type VerificationProgress = z.infer<typeof verificationProgress>;

/** POST /v1/detect (public): names no person. */
export const detectionReport = z.object({
  marked: z.boolean(),
  authorised: z.boolean().nullable(),
  confidenceLog10: z.number().nullable(),
  technique: z.literal('invisible-watermark-ts'),
  /** How much was looked at: where that is not everything, nothing is called authorised. */
  coverage: coverage.optional(),
  /** Least share of a frame that marked pictures fill together; null without a mark. */
  share: z.number().min(0).max(1).nullable().default(null),
});
