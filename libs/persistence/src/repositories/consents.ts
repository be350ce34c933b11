import { consentStatement, likeness, type ConsentStatement, type Likeness } from '@guise/protocol';
import type { Transaction } from '../database.js';

/** A consent as stored, with the text that was signed. Times are Unix seconds. */
export interface ConsentRow {
  readonly id: string;
  readonly sha256: string;
  readonly avatarId: string;
  readonly subject: string;
  readonly likeness: Likeness;
  readonly statement: ConsentStatement;
  readonly state: string;
  readonly givenAt: number;
  readonly withdrawnAt: number | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
}

const WITH_AVATAR = {
  avatar: { select: { likeness: true } },
  supersededBy: { select: { id: true } },
} as const;

export async function findConsent(tx: Transaction, id: string): Promise<ConsentRow | null> {
  const row = await readRow(tx, id);
  return row === null ? null : toConsent(row);
}

/** Consents a person gave, after `after` in the order of their ids. */
export async function listConsents(
  tx: Transaction,
  subjectId: string,
  after: string | null,
  limit: number,
): Promise<readonly ConsentRow[]> {
  const rows = await tx.consent.findMany({
    where: { subjectId, ...(after === null ? {} : { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    take: limit,
    include: WITH_AVATAR,
  });
  return rows.map(toConsent);
}

function readRow(tx: Transaction, id: string) {
  return tx.consent.findUnique({ where: { id }, include: WITH_AVATAR });
}

function toConsent(row: NonNullable<Awaited<ReturnType<typeof readRow>>>): ConsentRow {
  return {
    id: row.id,
    sha256: row.sha256,
    avatarId: row.avatarId,
    subject: row.subjectId,
    likeness: likeness.parse(row.avatar.likeness),
    statement: consentStatement.parse(JSON.parse(row.statement)),
    state: row.state,
    givenAt: toSeconds(row.givenAt),
    withdrawnAt: row.withdrawnAt === null ? null : toSeconds(row.withdrawnAt),
    supersedes: row.supersedesId,
    supersededBy: row.supersededBy?.id ?? null,
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
