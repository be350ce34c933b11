import type { Transaction } from '../database.js';

export interface EnrolmentRecord {
  readonly id: string;
  readonly personId: string;
  readonly noticeSha256: string;
  readonly locale: string;
  readonly releasedAt: Date;
  readonly expiresAt: Date;
}

export async function insertEnrolment(tx: Transaction, enrolment: EnrolmentRecord): Promise<void> {
  const { id, personId, noticeSha256, locale, releasedAt, expiresAt } = enrolment;
  await tx.enrolment.create({ data: { id, personId, noticeSha256, locale, releasedAt, expiresAt } });
}

/**
 * Takes an open enrolment of its person for judgement: only one capture is judged at a time.
 * @returns null when there is none that waits for a capture
 */
export async function takeEnrolment(
  tx: Transaction,
  where: { readonly id: string; readonly personId: string },
  maxAttempts: number,
  now: Date,
): Promise<EnrolmentRecord | null> {
  const { count } = await tx.enrolment.updateMany({
    where: { ...where, state: 'open', expiresAt: { gt: now }, attempts: { lt: maxAttempts } },
    data: { state: 'judging', attempts: { increment: 1 } },
  });
  return count === 1 ? tx.enrolment.findUnique({ where: { id: where.id } }) : null;
}

/** Ends a judgement: accepted for good, or open for another try. */
export async function finishEnrolment(
  tx: Transaction,
  id: string,
  state: 'accepted' | 'open',
): Promise<void> {
  await tx.enrolment.updateMany({ where: { id, state: 'judging' }, data: { state } });
}

/** Judgements that a crash interrupted wait for another try. */
export async function reopenEnrolments(tx: Transaction): Promise<void> {
  await tx.enrolment.updateMany({ where: { state: 'judging' }, data: { state: 'open' } });
}

export interface SourceFaceRecord {
  readonly id: string;
  readonly personId: string;
  /** 768 bytes, rotated under the tenant seed; empty once erased. */
  readonly template: Uint8Array;
  readonly templateSha256: string;
  readonly state: string;
}

/**
 * Lets one enrolment at a time compare with all others and register, so that two persons cannot register one face at
 * once. Held until the transaction ends.
 */
export async function lockSourceFaces(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(7310579604)`;
}

/** Registers a person's source face in place of an earlier one. */
export async function replaceSourceFace(
  tx: Transaction,
  face: SourceFaceRecord & {
    readonly enrolmentId: string;
    readonly evidenceSha256: string;
    readonly createdAt: Date;
  },
): Promise<void> {
  const { id, personId, enrolmentId, template, templateSha256, evidenceSha256, createdAt } = face;
  await tx.sourceFace.updateMany({
    where: { activeFor: personId },
    data: { state: 'replaced', activeFor: null, endedAt: createdAt },
  });
  await tx.sourceFace.create({
    data: {
      id,
      personId,
      enrolmentId,
      template: new Uint8Array(template),
      templateSha256,
      evidenceSha256,
      activeFor: personId,
      createdAt,
    },
  });
}

export async function findActiveSourceFace(
  tx: Transaction,
  personId: string,
): Promise<SourceFaceRecord | null> {
  return tx.sourceFace.findUnique({ where: { activeFor: personId } });
}

/** Every active source face, for 1:N comparison. */
export async function listActiveSourceFaces(tx: Transaction): Promise<readonly SourceFaceRecord[]> {
  return tx.sourceFace.findMany({ where: { state: 'active' } });
}

/** Overwrites a person's active source face. @returns false when there is none such */
export async function eraseSourceFace(
  tx: Transaction,
  where: { readonly id: string; readonly personId: string },
  now: Date,
): Promise<boolean> {
  const { count } = await tx.sourceFace.updateMany({
    where: { ...where, state: 'active' },
    data: { state: 'erased', activeFor: null, template: new Uint8Array(0), endedAt: now },
  });
  return count === 1;
}
