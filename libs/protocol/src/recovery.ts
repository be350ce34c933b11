import { z } from 'zod';
import { base64url, personId, personNoticeId, recoveryId, unixSeconds } from './ids.js';

export const recoveryState = z.enum(['requested', 'approved', 'cancelled', 'completed', 'expired']);
export type RecoveryState = z.infer<typeof recoveryState>;

/** POST /v1/recoveries (admin): somebody lost every passkey. The reason is shown to them and to all admins. */
export const recoveryRequest = z.strictObject({
  person: personId,
  reason: z.string().trim().min(1).max(300),
});

/** A recovery: two admins, neither of them the person, and a delay in which the person or any admin can cancel. */
export const recoveryResponse = z.object({
  id: recoveryId,
  person: personId,
  reason: z.string(),
  state: recoveryState,
  requestedBy: personId,
  requestedAt: unixSeconds,
  approvedBy: personId.nullable(),
  /** From when it can be used; null until it is approved. */
  readyAt: unixSeconds.nullable(),
  expiresAt: unixSeconds,
});
/** GET /v1/recoveries: all for admins, the own ones for everybody else; newest first. */
export const recoveryList = z.object({ recoveries: z.array(recoveryResponse).max(100) });

/** Characters of one part; 128 random bits. */
export const RECOVERY_PART_LENGTH = 22;
/**
 * POST /v1/recoveries/:id/part: the half of the recovery code that this admin hands to the person, shown once. The
 * requester's half followed by the approver's is an invitation.
 */
export const recoveryPartResponse = z.object({
  half: z.enum(['first', 'second']),
  part: base64url(RECOVERY_PART_LENGTH).length(RECOVERY_PART_LENGTH),
  expiresAt: unixSeconds,
});

export const personNoticeKind = z.enum([
  'passkey-added',
  'passkey-removed',
  'roles-changed',
  'admin-requested',
  'admin-granted',
  'signal-received',
  'key-rotated',
  'records-differ',
  'notice-address-changed',
  'identity-linked',
  'recovery-requested',
  'recovery-approved',
  'recovery-cancelled',
  'recovery-completed',
]);
export type PersonNoticeKind = z.infer<typeof personNoticeKind>;

/** GET /v1/me/notices: what a person is told about their own account, newest first. */
export const personNotice = z.object({
  id: personNoticeId,
  kind: personNoticeKind,
  text: z.string().max(1000),
  /** The recovery it is about. */
  about: recoveryId.nullable(),
  at: unixSeconds,
});
export type PersonNotice = z.infer<typeof personNotice>;
export const personNoticeList = z.object({ notices: z.array(personNotice).max(100) });
