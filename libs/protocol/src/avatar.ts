import { z } from 'zod';
import {
  approvalId,
  avatarId,
  base64url,
  consentId,
  consentRequestId,
  personId,
  sha256Hex,
  sourceFaceId,
  unixSeconds,
} from './ids.js';
import { displayName, role } from './identity.js';

export const avatarKind = z.enum(['own-face', 'executive', 'stylised']);
export type AvatarKind = z.infer<typeof avatarKind>;

/**
 * What the picture shows. `person`: a living subject whose source face it must match 1:1. `artwork`: a painting or
 * drawing of nobody living, with a stated licence; it must match no registered source face (1:N).
 */
export const likeness = z.enum(['person', 'artwork']);
export type Likeness = z.infer<typeof likeness>;

/** What a face wears that another wearer's does not: an overlay would put it on theirs (ADR 0019). */
export const faceAttribute = z.enum(['glasses', 'beard']);
export type FaceAttribute = z.infer<typeof faceAttribute>;

export const avatarState = z.enum([
  'draft',
  'awaiting-consent',
  'awaiting-approval',
  'active',
  'suspended',
  'withdrawn',
  'expired',
  'erased',
]);
export type AvatarState = z.infer<typeof avatarState>;

export const purpose = z.enum(['meeting', 'training', 'customer-service', 'telemedicine', 'recording']);
export type Purpose = z.infer<typeof purpose>;
export const audience = z.enum(['internal', 'external']);
export type Audience = z.infer<typeof audience>;

/** POST /v1/avatars: multipart with `meta` (this, JSON) and `bundle` (a .guise file). One avatar version. */
export const avatarDraftRequest = z.strictObject({
  name: displayName,
  kind: avatarKind,
  likeness,
  /** The person whose consent it needs: the face's owner, or the executive an artwork stands for. */
  subject: personId,
  /** Keeps it a draft of its drafter; POST /v1/avatars/:id/submit asks the subject for consent. */
  keepDraft: z.boolean().optional(),
});
export const avatarResponse = z.object({
  id: avatarId,
  sha256: sha256Hex,
  name: displayName,
  kind: avatarKind,
  likeness,
  subject: personId,
  sourceFace: sourceFaceId.nullable(),
  state: avatarState,
  draftedBy: personId,
  consent: consentId.nullable(),
  approvals: z.array(approvalId),
  approvalsNeeded: z.int().nonnegative(),
  /** Found in its picture when it was drafted. */
  attributes: z.array(faceAttribute),
});
export type AvatarResponse = z.infer<typeof avatarResponse>;

/** Host of a meeting platform; a meeting is on it when its URL names this host or one below it. */
export const platformHost = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected a host in lower case, like meet.example');

const terms = {
  /** Persons allowed to wear it. */
  wearers: z.array(personId).min(1).max(100),
  purposes: z.array(purpose).min(1).max(5),
  audience: z.array(audience).min(1).max(2),
  /** Only in these meetings, by their exact URLs; absent: in any. */
  meetings: z.array(z.url().max(500)).min(1).max(20).optional(),
  /** Only in meetings on these platforms; absent: on any. */
  platforms: z.array(platformHost).min(1).max(20).optional(),
  notBefore: unixSeconds,
  /** At most one year after notBefore. */
  notAfter: unixSeconds,
};
/** Who may wear an avatar for what, before whom, where and when. */
export const consentTerms = z.strictObject(terms);
export type ConsentTerms = z.infer<typeof consentTerms>;

/** What a subject consents to. */
export const consentScope = z.strictObject({
  ...terms,
  /** Further terms for some persons, inside the same period: wearing is allowed under any one of all the terms. */
  further: z.array(consentTerms).min(1).max(20).optional(),
});
export type ConsentScope = z.infer<typeof consentScope>;

/** POST /v1/avatars/:id/consent-offer: the scope the subject is asked to sign. Answer: StatementOffer. */
export const consentOfferRequest = consentScope.extend({
  wearers: z.array(personId).max(100).default([]),
  /** Everyone who holds one of these roles now is named in the statement; who comes later needs an amended consent. */
  groups: z.array(role).min(1).max(3).optional(),
});
export type ConsentOfferRequest = z.infer<typeof consentOfferRequest>;

/** The text a subject signs (JSON, exact bytes kept). */
export const consentStatement = z.strictObject({
  type: z.literal('guise.consent.v1'),
  id: consentId,
  avatar: avatarId,
  avatarSha256: sha256Hex,
  subject: personId,
  sourceFace: sourceFaceId.nullable(),
  ...consentScope.shape,
  /** The consent in force that this one replaces; absent when there is none. */
  supersedes: consentId.optional(),
  /** The request that this consent answers. */
  request: consentRequestId.optional(),
  noticeSha256: sha256Hex,
  locale: z.string(),
  issuedAt: unixSeconds,
  nonce: base64url(43),
});
export type ConsentStatement = z.infer<typeof consentStatement>;

/** POST /v1/avatars/:id/consents takes a SignedStatement. */
export const consentResponse = z.object({
  id: consentId,
  sha256: sha256Hex,
  avatar: avatarId,
  state: z.enum(['given', 'withdrawn', 'expired']),
  givenAt: unixSeconds,
  withdrawnAt: unixSeconds.nullable(),
});

/** `resume` lifts a suspension; it counts for that one suspension only. */
export const approvalDecision = z.enum(['approve', 'reject', 'resume']);
export type ApprovalDecision = z.infer<typeof approvalDecision>;

/** POST /v1/avatars/:id/approval-offer → StatementOffer over this text; POST …/approvals takes the SignedStatement. */
export const approvalStatement = z.strictObject({
  type: z.literal('guise.approval.v1'),
  id: approvalId,
  avatar: avatarId,
  avatarSha256: sha256Hex,
  consentSha256: sha256Hex,
  approver: personId,
  decision: approvalDecision,
  /** With `resume`: the how-manieth suspension of this version is lifted. */
  suspension: z.int().positive().optional(),
  issuedAt: unixSeconds,
  nonce: base64url(43),
});
export type ApprovalStatement = z.infer<typeof approvalStatement>;
export const approvalOfferRequest = z.strictObject({ decision: approvalDecision });
