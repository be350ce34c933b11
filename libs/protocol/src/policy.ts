import { z } from 'zod';
import { avatarKind, purpose } from './avatar.js';
import { base64url, personId, policyId, sha256Hex, unixSeconds } from './ids.js';
import { role } from './identity.js';
import { DISCLOSURE_LABEL, labelPositions, labelText } from './label.js';

/** Networks of its own that an organisation lets run; every permit names them. */
export const MAX_OWN_MODELS = 8;

const distinct = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z
    .array(item)
    .min(min)
    .max(max)
    .refine((values) => new Set(values).size === values.length, 'names one twice');

/**
 * What an organisation decides for itself. The schema holds the legal minimum (DESIGN §2): no policy, however it came to
 * be, lets an executive avatar go with one approval, a consent last longer than a year, or the label go.
 */
export const policyDocument = z.strictObject({
  /** Avatar kinds that may be drafted, approved and worn. */
  kinds: distinct(avatarKind, 1, 3),
  /** Admins who approve, beside the subject's consent. */
  approvals: z.strictObject({
    'own-face': z.int().min(1).max(5),
    executive: z.int().min(2).max(5),
    stylised: z.int().min(1).max(5),
  }),
  /** How long a consent holds at most, from its beginning. */
  maxConsentDays: z.int().min(1).max(366),
  purposes: distinct(purpose, 1, 5),
  /** Kinds in the catalogue that everybody sees and may ask from. Own faces are in none. */
  catalogue: distinct(avatarKind.exclude(['own-face']), 0, 2),
  label: z.strictObject({
    /** Begins with the words the law asks for; what follows is the organisation's. */
    text: labelText,
    positions: labelPositions,
  }),
  /** Whether models whose licence forbids commercial use may run. */
  nonCommercialModels: z.boolean(),
  /** SHA-256 of networks that did not come with the software (swapper, enhancer, landmarker) and may run all the same. */
  ownModels: distinct(sha256Hex, 0, MAX_OWN_MODELS).default([]),
  /** Days after which things are destroyed by themselves. */
  retention: z.strictObject({
    /** Bundles of avatars that have ended. */
    endedAvatarDays: z.int().min(1).max(3650),
    /** Answered and lapsed consent requests. */
    consentRequestDays: z.int().min(1).max(3650),
    /** The log of decisions. */
    decisionDays: z.int().min(30).max(3650),
    /**
     * What proves the sessions, consents and faces of persons who left. Until then a recording of before can be checked,
     * afterwards nobody can. Policies of before this was decided keep it for a year.
     */
    leaverDays: z.int().min(1).max(3650).default(365),
  }),
  /** Who may read what of others, beside the persons themselves. */
  audit: z.strictObject({
    decisions: distinct(role.exclude(['employee']), 0, 2),
    consentReceipts: distinct(role.exclude(['employee']), 0, 2),
  }),
});
export type PolicyDocument = z.infer<typeof policyDocument>;

/** A policy as kept. Those of before labels had bounds may hold a text that cannot be drawn: the law's words stand for it. */
export const keptPolicyDocument = policyDocument.extend({
  label: z.strictObject({ text: labelText.catch(DISCLOSURE_LABEL), positions: labelPositions }),
});

/** The text that the approving admin signs: the whole policy, and the one it replaces. */
export const policyStatement = z.strictObject({
  type: z.literal('guise.policy.v1'),
  id: policyId,
  version: z.int().positive(),
  /** The policy in force when this was offered; null for the one shipped. */
  supersedes: policyId.nullable(),
  policy: policyDocument,
  proposedBy: personId,
  approver: personId,
  issuedAt: unixSeconds,
  nonce: base64url(43),
});
export type PolicyStatement = z.infer<typeof policyStatement>;

/** GET /v1/policy: what holds now. */
export const policyInForce = z.object({
  /** Null for the policy shipped with the software, which is version 0. */
  id: policyId.nullable(),
  version: z.int().nonnegative(),
  /** SHA-256 of the signed statement. */
  sha256: sha256Hex.nullable(),
  policy: policyDocument,
});

export const policyState = z.enum(['proposed', 'in-force', 'superseded', 'rejected']);
/** GET /v1/policies, and the answer to a proposal. */
export const policyResponse = z.object({
  id: policyId,
  state: policyState,
  version: z.int().positive().nullable(),
  sha256: sha256Hex.nullable(),
  policy: policyDocument,
  proposedBy: personId,
  proposedAt: unixSeconds,
  decidedBy: personId.nullable(),
  decidedAt: unixSeconds.nullable(),
});
export const policyList = z.object({ policies: z.array(policyResponse), next: policyId.nullable() });
