import type { AvatarCase } from '@guise/consent';
import type { Transaction } from '../database.js';

/** A signed statement as it is kept: the exact text, the assertion, whose credential. */
export interface StatementRecord {
  readonly sha256: string;
  readonly statement: string;
  readonly assertion: string;
  readonly credentialId: string;
}

export async function insertConsent(
  tx: Transaction,
  avatar: AvatarCase,
  consent: NonNullable<AvatarCase['consent']>,
  signed: StatementRecord & { readonly supersedes: string | null },
  now: Date,
): Promise<void> {
  await tx.consent.create({
    data: {
      id: consent.id,
      sha256: signed.sha256,
      avatarId: avatar.id,
      subjectId: avatar.subject,
      statement: signed.statement,
      assertion: signed.assertion,
      credentialId: signed.credentialId,
      wearers: distinct(consent.terms.flatMap((terms) => terms.wearers)),
      purposes: distinct(consent.terms.flatMap((terms) => terms.purposes)),
      audience: distinct(consent.terms.flatMap((terms) => terms.audience)),
      notBefore: new Date(consent.notBefore * 1000),
      notAfter: new Date(consent.notAfter * 1000),
      inForceFor: avatar.id,
      supersedesId: signed.supersedes,
      givenAt: now,
    },
  });
}

export async function endConsent(
  tx: Transaction,
  id: string,
  state: 'withdrawn' | 'expired',
  now: Date,
): Promise<void> {
  await tx.consent.updateMany({
    where: { id, state: 'given' },
    data: { state, inForceFor: null, ...(state === 'withdrawn' ? { withdrawnAt: now } : {}) },
  });
}

export async function insertApproval(
  tx: Transaction,
  avatar: AvatarCase,
  approval: AvatarCase['approvals'][number] & { readonly id: string },
  signed: StatementRecord,
  now: Date,
): Promise<void> {
  await tx.approval.create({
    data: {
      id: approval.id,
      sha256: signed.sha256,
      avatarId: avatar.id,
      avatarSha256: avatar.sha256,
      consentSha256: approval.consentSha256,
      subjectId: avatar.subject,
      draftedById: avatar.draftedBy,
      approverId: approval.approver,
      decision: approval.decision,
      suspension: approval.suspension,
      statement: signed.statement,
      assertion: signed.assertion,
      credentialId: signed.credentialId,
      decidedAt: now,
    },
  });
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
