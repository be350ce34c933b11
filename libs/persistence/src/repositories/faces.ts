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
  /** 256 bytes under the tenant's seed, for 1:N comparison; empty when the face is no longer active, like the next. */
  readonly searchTemplate: Uint8Array;
  /** 256 bytes under the face's own seed. */
  readonly wearerTemplate: Uint8Array;
  /** Of `wearerTemplate`. */
  readonly templateSha256: string;
  readonly state: string;
}

/**
 * Lets one enrolment at a time compare with all others and register, so that two persons cannot register one face at
 * once. Held until the transaction ends. Every change of a source face takes it as well: what takes other locks takes this first.
 */
export async function lockSourceFaces(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(7310579604)`;
}

const EMPTY = { searchTemplate: new Uint8Array(0), wearerTemplate: new Uint8Array(0) };

/** Registers a person's source face in place of an earlier one, whose templates go. Under `lockSourceFaces`. */
export async function replaceSourceFace(
  tx: Transaction,
  face: SourceFaceRecord & {
    readonly enrolmentId: string;
    readonly evidenceSha256: string;
    readonly createdAt: Date;
  },
): Promise<void> {
  const { id, personId, enrolmentId, templateSha256, evidenceSha256, createdAt } = face;
  await tx.sourceFace.updateMany({
    where: { activeFor: personId },
    data: { ...EMPTY, state: 'replaced', activeFor: null, endedAt: createdAt },
  });
  await tx.sourceFace.create({
    data: {
      ...{ id, personId, enrolmentId, templateSha256, evidenceSha256, createdAt },
      searchTemplate: new Uint8Array(face.searchTemplate),
      wearerTemplate: new Uint8Array(face.wearerTemplate),
      activeFor: personId,
    },
  });
}

export async function findActiveSourceFace(
  tx: Transaction,
  personId: string,
): Promise<SourceFaceRecord | null> {
  return tx.sourceFace.findUnique({ where: { activeFor: personId } });
}

/** A source face as its latest change left it. */
export interface SourceFaceChange {
  readonly change: bigint;
  readonly id: string;
  readonly personId: string;
  readonly searchTemplate: Uint8Array;
  readonly state: string;
}

/** The first `limit` source faces that were changed after the given change, in that order. Under `lockSourceFaces`. */
export async function listSourceFaceChanges(
  tx: Transaction,
  after: bigint,
  limit: number,
): Promise<readonly SourceFaceChange[]> {
  return tx.sourceFace.findMany({
    where: { change: { gt: after } },
    select: { change: true, id: true, personId: true, searchTemplate: true, state: true },
    orderBy: { change: 'asc' },
    take: limit,
  });
}

/** Overwrites the templates of a person's active source face. @returns false when there is none such */
export async function eraseSourceFace(
  tx: Transaction,
  where: { readonly id: string; readonly personId: string },
  now: Date,
): Promise<boolean> {
  await lockSourceFaces(tx);
  const { count } = await tx.sourceFace.updateMany({
    where: { ...where, state: 'active' },
    data: { ...EMPTY, state: 'erased', activeFor: null, endedAt: now },
  });
  return count === 1;
}
