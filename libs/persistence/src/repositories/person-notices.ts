import { personNoticeKind, type PersonNoticeKind } from '@guise/protocol';
import { z } from 'zod';
import type { Client, Transaction } from '../database.js';

export interface PersonNoticeRecord {
  readonly id: string;
  readonly personId: string;
  readonly kind: PersonNoticeKind;
  readonly text: string;
  /** The recovery it is about. */
  readonly about: string | null;
  readonly createdAt: Date;
}

/** To whom a channel is to send a notice; `recipient` is what the channel calls them. */
export interface NoticeRecipient {
  readonly channel: string;
  readonly recipient: string;
}

/** A delivery that was claimed: nobody else tries it until its next time. */
export interface DueDelivery extends NoticeRecipient {
  readonly notice: PersonNoticeRecord;
  /** This one included. */
  readonly attempts: number;
}

/** Stores a notice and, with it, what is to be sent. */
export async function insertPersonNotice(
  tx: Transaction,
  notice: PersonNoticeRecord,
  recipients: readonly NoticeRecipient[],
): Promise<void> {
  const { id, personId, kind, text, about, createdAt } = notice;
  await tx.personNotice.create({ data: { id, personId, kind, text, about, createdAt } });
  const data = recipients.map(({ channel, recipient }) => ({
    ...{ noticeId: id, channel, recipient },
    nextAt: createdAt,
  }));
  await tx.noticeDelivery.createMany({ data, skipDuplicates: true });
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

const claimed = z.array(z.object({ noticeId: z.string(), recipient: z.string(), attempts: z.int() }));

/**
 * Claims deliveries that are due, in one statement: of two processes one gets each. One that dies with it loses nothing: it
 * is due again at `leaseUntil`.
 */
export async function claimDeliveries(
  client: Client,
  channel: string,
  now: Date,
  leaseUntil: Date,
  limit: number,
): Promise<readonly DueDelivery[]> {
  const rows = claimed.parse(
    await client.$queryRaw`
      UPDATE "NoticeDelivery" SET "attempts" = "attempts" + 1, "nextAt" = ${leaseUntil}
      WHERE ("noticeId", "channel", "recipient") IN (
        SELECT "noticeId", "channel", "recipient" FROM "NoticeDelivery"
        WHERE "channel" = ${channel} AND "nextAt" <= ${now}
        ORDER BY "nextAt", "noticeId" LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING "noticeId", "recipient", "attempts"`,
  );
  const notices = await client.personNotice.findMany({
    where: { id: { in: rows.map(({ noticeId }) => noticeId) } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return notices.flatMap((notice) =>
    rows
      .filter(({ noticeId }) => noticeId === notice.id)
      .map(({ recipient, attempts }) => ({ channel, recipient, attempts, notice: toNotice(notice) })),
  );
}

/** It was sent, or is given up. */
export async function endDelivery(
  tx: Transaction,
  { notice, channel, recipient }: DueDelivery,
): Promise<void> {
  await tx.noticeDelivery.deleteMany({ where: { noticeId: notice.id, channel, recipient } });
}

export async function retryDelivery(
  tx: Transaction,
  { notice, channel, recipient }: DueDelivery,
  nextAt: Date,
): Promise<void> {
  await tx.noticeDelivery.updateMany({
    where: { noticeId: notice.id, channel, recipient },
    data: { nextAt },
  });
}

/** Deletes notices from before, with whatever was not sent of them. @returns how many */
export async function forgetNotices(tx: Transaction, before: Date): Promise<number> {
  return (await tx.personNotice.deleteMany({ where: { createdAt: { lt: before } } })).count;
}

function toNotice(row: Omit<PersonNoticeRecord, 'kind'> & { readonly kind: string }): PersonNoticeRecord {
  const { id, personId, text, about, createdAt } = row;
  return { id, personId, kind: personNoticeKind.parse(row.kind), text, about, createdAt };
}
