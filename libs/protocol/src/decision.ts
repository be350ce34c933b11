import { z } from 'zod';
import { avatarId, personId, unixSeconds } from './ids.js';

/** What was decided about. */
export const decisionTopic = z.enum([
  'draft',
  'submission',
  'consent',
  'withdrawal',
  'approval',
  'suspension',
  'erasure',
  'consent-request',
  'policy',
  'wear',
]);
export type DecisionTopic = z.infer<typeof decisionTopic>;

/** One decision, with the rules that decided. */
export const decisionResponse = z.object({
  /** Newer ones are greater. */
  id: z.string().regex(/^\d{1,19}$/),
  at: unixSeconds,
  topic: decisionTopic,
  /** Who asked. */
  person: personId,
  avatar: avatarId.nullable(),
  allowed: z.boolean(),
  /** The rules that allowed it all together, or each rule against it, in words. */
  rules: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Version of the organisation's policy that held. */
  policyVersion: z.int().nonnegative(),
});
/** GET /v1/decisions: newest first. */
export const decisionList = z.object({ decisions: z.array(decisionResponse), next: z.string().nullable() });
