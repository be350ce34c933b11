import type { RequestCase, RequestHistory } from '@guise/consent';
import { audience, purpose } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';

/** A request as stored. Times are Unix seconds. */
export interface ConsentRequestRecord extends RequestCase {
  readonly id: string;
  readonly avatarId: string;
  readonly avatarName: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly answeredAt: number | null;
  readonly words: string | null;
  readonly consentId: string | null;
}

export type NewConsentRequest = Pick<
  ConsentRequestRecord,
  'id' | 'avatarId' | 'requester' | 'subject' | 'reason' | 'wanted' | 'createdAt' | 'expiresAt'
>;

/** @throws unique violation while another request of this person for this avatar is open */
export async function insertConsentRequest(tx: Transaction, request: NewConsentRequest): Promise<void> {
  const { id, avatarId, requester, subject, reason, wanted } = request;
  await tx.consentRequest.create({
    data: {
      id,
      avatarId,
      requesterId: requester,
      subjectId: subject,
      reason,
      purposes: wanted.purposes,
      audience: wanted.audience,
      meetings: wanted.meetings ?? [],
      platforms: wanted.platforms ?? [],
      notAfter: toDate(wanted.notAfter),
      openFor: `${avatarId} ${requester}`,
      createdAt: toDate(request.createdAt),
      expiresAt: toDate(request.expiresAt),
    },
  });
}

export async function findConsentRequest(tx: Transaction, id: string): Promise<ConsentRequestRecord | null> {
  const row = await readRow(tx, id);
  return row === null ? null : toRequest(row);
}

/** Reads a request and keeps it from being answered otherwise until the transaction ends. */
export async function lockConsentRequest(tx: Transaction, id: string): Promise<ConsentRequestRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "ConsentRequest" WHERE "id" = ${id} FOR UPDATE`;
  return findConsentRequest(tx, id);
}

/** Requests a person made, or was made, after `after` in the order of their ids. */
export async function listConsentRequests(
  tx: Transaction,
  whose: { readonly requester: string } | { readonly subject: string },
  after: string | null,
  limit: number,
): Promise<readonly ConsentRequestRecord[]> {
  const rows = await tx.consentRequest.findMany({
    where: {
      ...('requester' in whose ? { requesterId: whose.requester } : { subjectId: whose.subject }),
      ...(after === null ? {} : { id: { gt: after } }),
    },
    include: WITH_NAME,
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(toRequest);
}

export async function readRequestHistory(
  tx: Transaction,
  requester: string,
  avatarId: string,
): Promise<RequestHistory> {
  const declined = await tx.consentRequest.findFirst({
    where: { requesterId: requester, avatarId, state: 'declined' },
    orderBy: { answeredAt: 'desc' },
    select: { answeredAt: true },
  });
  const answeredAt = declined?.answeredAt ?? null;
  return {
    open: await tx.consentRequest.count({ where: { requesterId: requester, state: 'open' } }),
    declinedAt: answeredAt === null ? null : toSeconds(answeredAt),
  };
}

/** The last word on an open request. */
export async function answerConsentRequest(
  tx: Transaction,
  id: string,
  answer: {
    readonly state: 'accepted' | 'declined' | 'cancelled';
    readonly words?: string | undefined;
    readonly consentId?: string;
  },
  at: number,
): Promise<void> {
  const { state, words, consentId } = answer;
  await tx.consentRequest.update({
    where: { id },
    data: {
      state,
      openFor: null,
      answeredAt: toDate(at),
      words: words ?? null,
      consentId: consentId ?? null,
    },
  });
}

/** Lets unanswered requests lapse. */
export async function expireConsentRequests(tx: Transaction, now: Date): Promise<number> {
  const { count } = await tx.consentRequest.updateMany({
    where: { state: 'open', expiresAt: { lte: now } },
    data: { state: 'expired', openFor: null },
  });
  return count;
}

/** Destroys requests that were settled before a moment. */
export async function forgetConsentRequests(tx: Transaction, before: Date): Promise<number> {
  const { count } = await tx.consentRequest.deleteMany({
    where: { state: { not: 'open' }, expiresAt: { lt: before } },
  });
  return count;
}

const WITH_NAME = { avatar: { select: { name: true } } } as const;
const purposes = z.array(purpose);
const audiences = z.array(audience);
const states = z.enum(['open', 'accepted', 'declined', 'cancelled', 'expired']);

function readRow(tx: Transaction, id: string) {
  return tx.consentRequest.findUnique({ where: { id }, include: WITH_NAME });
}

function toRequest(row: NonNullable<Awaited<ReturnType<typeof readRow>>>): ConsentRequestRecord {
  return {
    id: row.id,
    avatarId: row.avatarId,
    avatarName: row.avatar.name,
    requester: row.requesterId,
    subject: row.subjectId,
    reason: row.reason,
    wanted: {
      purposes: purposes.parse(row.purposes),
      audience: audiences.parse(row.audience),
      ...(row.meetings.length === 0 ? {} : { meetings: row.meetings }),
      ...(row.platforms.length === 0 ? {} : { platforms: row.platforms }),
      notAfter: toSeconds(row.notAfter),
    },
    state: states.parse(row.state),
    createdAt: toSeconds(row.createdAt),
    expiresAt: toSeconds(row.expiresAt),
    answeredAt: row.answeredAt === null ? null : toSeconds(row.answeredAt),
    words: row.words,
    consentId: row.consentId,
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const toDate = (seconds: number): Date => new Date(seconds * 1000);
