import type { AvatarCase } from '@guise/consent';
import {
  approvalDecision,
  avatarKind,
  avatarState,
  faceAttribute,
  likeness,
  type AvatarKind,
  type AvatarState,
  type FaceAttribute,
} from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { termsOfStatement } from './consent-terms.js';

/** An avatar version as stored, with its signatures. */
export interface AvatarRecord extends AvatarCase {
  readonly name: string;
  /** What its face clearly wears. */
  readonly attributes: readonly FaceAttribute[];
  /** Decisions about the newest consent, oldest first. */
  readonly approvalIds: readonly string[];
}

const WITH_SIGNATURES = {
  // The one in force, else the one that ended last.
  consents: { orderBy: [{ inForceFor: { sort: 'asc', nulls: 'last' } }, { givenAt: 'desc' }], take: 1 },
  approvals: { orderBy: { decidedAt: 'asc' } },
} satisfies Prisma.AvatarInclude;

export async function insertAvatar(
  tx: Transaction,
  avatar: Omit<AvatarRecord, 'consent' | 'approvals' | 'approvalIds' | 'suspensions'>,
  now: Date,
): Promise<void> {
  const { id, sha256, name, kind, subject, draftedBy, sourceFace, approvalsNeeded, state } = avatar;
  await tx.avatar.create({
    data: {
      id,
      sha256,
      name,
      kind,
      likeness: avatar.likeness,
      subjectId: subject,
      draftedById: draftedBy,
      sourceFaceId: sourceFace,
      approvalsNeeded,
      state,
      attributes: [...avatar.attributes],
      createdAt: now,
      stateChangedAt: now,
    },
  });
}

export async function findAvatar(tx: Transaction, id: string): Promise<AvatarRecord | null> {
  const row = await readRow(tx, id);
  return row === null ? null : toAvatar(row);
}

/**
 * Reads an avatar and keeps it from changing until the transaction ends: two decisions on one avatar happen one after
 * the other, so that the last approval sees the others.
 */
export async function lockAvatar(tx: Transaction, id: string): Promise<AvatarRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "Avatar" WHERE "id" = ${id} FOR UPDATE`;
  return findAvatar(tx, id);
}

/**
 * Reads an avatar for a decision that rests on it: until the transaction ends nobody withdraws or suspends it, and a
 * withdrawal under way is waited for. Consent and approvals change under the avatar's lock only.
 */
export async function shareAvatar(tx: Transaction, id: string): Promise<AvatarRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "Avatar" WHERE "id" = ${id} FOR SHARE`;
  return findAvatar(tx, id);
}

/** The avatar a consent belongs to. */
export async function findConsentAvatar(tx: Transaction, consentId: string): Promise<string | null> {
  const row = await tx.consent.findUnique({ where: { id: consentId }, select: { avatarId: true } });
  return row?.avatarId ?? null;
}

/** Avatars a person drafted, is shown by or may wear; all for null. After `after` in the order of their ids. */
export async function listAvatars(
  tx: Transaction,
  personId: string | null,
  after: string | null,
  limit: number,
): Promise<readonly AvatarRecord[]> {
  const rows = await tx.avatar.findMany({
    where: {
      ...(after === null ? {} : { id: { gt: after } }),
      ...(personId === null
        ? {}
        : {
            OR: [
              { draftedById: personId },
              { subjectId: personId },
              { consents: { some: { state: 'given', wearers: { has: personId } } } },
            ],
          }),
    },
    include: WITH_SIGNATURES,
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(toAvatar);
}

/** Avatars of these kinds and states, after `after` in the order of their ids. */
export async function listCatalogue(
  tx: Transaction,
  where: { readonly kinds: readonly AvatarKind[]; readonly states: readonly AvatarState[] },
  after: string | null,
  limit: number,
): Promise<readonly AvatarRecord[]> {
  const rows = await tx.avatar.findMany({
    where: {
      kind: { in: [...where.kinds] },
      state: { in: [...where.states] },
      ...(after === null ? {} : { id: { gt: after } }),
    },
    include: WITH_SIGNATURES,
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(toAvatar);
}

/** Avatars that show a source face. */
export async function listFaceAvatars(tx: Transaction, sourceFaceId: string): Promise<readonly string[]> {
  const rows = await tx.avatar.findMany({ where: { sourceFaceId }, select: { id: true } });
  return rows.map((row) => row.id);
}

/** Avatars of a person's likeness that have not ended. */
export async function listSubjectAvatars(tx: Transaction, subjectId: string): Promise<readonly string[]> {
  const state = { in: ['awaiting-consent', 'awaiting-approval', 'active', 'suspended'] };
  const rows = await tx.avatar.findMany({
    where: { subjectId, state },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

/** Avatars whose consent in force has ended. */
export async function listOverdueAvatars(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.consent.findMany({
    where: { state: 'given', notAfter: { lte: now } },
    select: { avatarId: true },
    take: limit,
  });
  return rows.map((row) => row.avatarId);
}

export async function setAvatarState(
  tx: Transaction,
  { id, state, suspensions }: Pick<AvatarCase, 'id' | 'state' | 'suspensions'>,
  now: Date,
): Promise<void> {
  await tx.avatar.update({ where: { id }, data: { state, suspensions, stateChangedAt: now } });
}

/** Overwrites what an erased avatar says of a person beyond its ids. */
export async function eraseAvatarName(tx: Transaction, id: string): Promise<void> {
  await tx.avatar.update({ where: { id }, data: { name: 'Erased', attributes: [] } });
}

/** Avatars that ended before a moment and still have their bundle. */
export async function listEndedAvatars(
  tx: Transaction,
  before: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.avatar.findMany({
    where: { state: { in: ['withdrawn', 'expired'] }, stateChangedAt: { lt: before } },
    orderBy: { stateChangedAt: 'asc' },
    select: { id: true },
    take: limit,
  });
  return rows.map((row) => row.id);
}

/** Whether any avatar that is not erased is of these bytes. */
export async function isBundleUsed(tx: Transaction, sha256: string): Promise<boolean> {
  return (await tx.avatar.count({ where: { sha256, state: { not: 'erased' } } })) > 0;
}

const consentState = z.enum(['given', 'withdrawn', 'expired']);

type AvatarRow = NonNullable<Awaited<ReturnType<typeof readRow>>>;

function readRow(tx: Transaction, id: string) {
  return tx.avatar.findUnique({ where: { id }, include: WITH_SIGNATURES });
}

function toAvatar(row: AvatarRow): AvatarRecord {
  const consent = row.consents[0];
  return {
    id: row.id,
    sha256: row.sha256,
    name: row.name,
    attributes: z.array(faceAttribute).parse(row.attributes),
    kind: avatarKind.parse(row.kind),
    likeness: likeness.parse(row.likeness),
    subject: row.subjectId,
    draftedBy: row.draftedById,
    sourceFace: row.sourceFaceId,
    approvalsNeeded: row.approvalsNeeded,
    state: avatarState.parse(row.state),
    suspensions: row.suspensions,
    consent:
      consent === undefined
        ? null
        : {
            id: consent.id,
            sha256: consent.sha256,
            state: consentState.parse(consent.state),
            terms: termsOfStatement(consent.statement),
            notBefore: toSeconds(consent.notBefore),
            notAfter: toSeconds(consent.notAfter),
          },
    approvals: row.approvals.map((approval) => ({
      sha256: approval.sha256,
      approver: approval.approverId,
      decision: approvalDecision.parse(approval.decision),
      consentSha256: approval.consentSha256,
      suspension: approval.suspension,
    })),
    approvalIds: row.approvals
      .filter((approval) => approval.decision !== 'resume' && approval.consentSha256 === consent?.sha256)
      .map((approval) => approval.id),
  };
}

function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
