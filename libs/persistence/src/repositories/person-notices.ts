import { personNoticeKind, type PersonNoticeKind } from '@guise/protocol';
import type { Transaction } from '../database.js';

export interface PersonNoticeRecord {
  readonly id: string;
  readonly personId: string;
  readonly kind: PersonNoticeKind;
  readonly text: string;
  /** The recovery it is about. */
  readonly about: string | null;
  readonly createdAt: Date;
}

export async function insertPersonNotice(tx: Transaction, notice: PersonNoticeRecord): Promise<void> {
  const { id, personId, kind, text, about, createdAt } = notice;
  await tx.personNotice.create({ data: { id, personId, kind, text, about, createdAt, delivered: [] } });
}

/** A person's newest notices. */
export async function listPersonNotices(
  tx: Transaction,
  personId: string,
  limit: number,
): Promise<readonly PersonNoticeRecord[]> {
  const rows = await tx.personNotice.findMany({
    where: { personId },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: limit,
  });
  return rows.map(toNotice);
}

/** Notices since `since` that a channel has not delivered, oldest first. */
export async function listUndelivered(
  tx: Transaction,
  channel: string,
  since: Date,
  limit: number,
): Promise<readonly PersonNoticeRecord[]> {
  const rows = await tx.personNotice.findMany({
    where: { createdAt: { gt: since }, NOT: { delivered: { has: channel } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: limit,
  });
  return rows.map(toNotice);
}

export async function markDelivered(tx: Transaction, id: string, channel: string): Promise<void> {
  await tx.personNotice.updateMany({
    where: { id, NOT: { delivered: { has: channel } } },
    data: { delivered: { push: channel } },
  });
}

function toNotice(row: Omit<PersonNoticeRecord, 'kind'> & { readonly kind: string }): PersonNoticeRecord {
  const { id, personId, text, about, createdAt } = row;
  return { id, personId, kind: personNoticeKind.parse(row.kind), text, about, createdAt };
}
