import { z } from 'zod';
import { faceAttribute } from './avatar.js';

/** The numbers that a still picture of a face was judged by; nothing biometric. */
export const portraitShot = z.strictObject({
  faceWidthPx: z.number().positive().max(8192),
  yawDeg: z.number().min(-360).max(360),
  pitchDeg: z.number().min(-360).max(360),
  rollDeg: z.number().min(-360).max(360),
  /** Openings of the narrower lid and of the mouth. */
  lid: z.number().min(-10).max(10),
  mouthOpen: z.number().min(-10).max(1000),
  /** Light of the cheeks, code values above black. */
  light: z.number().min(-16).max(239),
});

/**
 * Part `meta` of POST /v1/portrait-judgements, JSON: the face at rest, or the same face with the mouth open, which is compared with what
 * the first judgement answered.
 */
export const portraitJudgementRequest = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('picture') }),
  z.strictObject({ role: z.literal('mouth-open'), first: portraitShot }),
]);

/** Whether the picture (part `file`, PNG or JPEG) does for an avatar of the caller; it is discarded. */
export const portraitJudgement = z.object({
  accepted: z.boolean(),
  /** Against it, each with what to do; empty when it does. */
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  /** What the face clearly wears: an overlay of it will be refused. */
  attributes: z.array(faceAttribute),
  /** Null when there is not exactly one face. */
  shot: portraitShot.nullable(),
});
export type PortraitJudgement = z.infer<typeof portraitJudgement>;
