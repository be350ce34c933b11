import { audience, purpose, type Audience, type Purpose } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';

const sessionState = z.enum(['live', 'revoked', 'closed']);

/** One session as stored. Times are Unix seconds. */
export interface WearSessionRecord {
  readonly id: string;
  readonly number: number;
  readonly personId: string;
  readonly deviceId: string;
  readonly avatarId: string;
  readonly consentId: string;
  readonly sourceFaceId: string;
  readonly purpose: Purpose;
  readonly audience: Audience;
  readonly meeting: string | null;
  readonly opening: string;
  readonly chainEnd: string;
  readonly chainLength: number;
  readonly state: z.infer<typeof sessionState>;
  readonly reason: string | null;
  readonly openedAt: number;
  readonly lastSeenAt: number;
  readonly endedAt: number | null;
  readonly nextSequence: number;
  readonly lastSegmentSha256: string | null;
  readonly lastEpoch: number | null;
  /** Latest time at which the device says it rendered. */
  readonly lastRenderedAt: number | null;
  readonly disclosedEpoch: number | null;
  readonly disclosedKey: Uint8Array | null;
}

type NewWearSession = Omit<
  WearSessionRecord,
  | 'state'
  | 'reason'
  | 'lastSeenAt'
  | 'endedAt'
  | 'nextSequence'
  | 'lastSegmentSha256'
  | 'lastEpoch'
  | 'lastRenderedAt'
  | 'disclosedEpoch'
  | 'disclosedKey'
>;

export async function insertWearSession(tx: Transaction, session: NewWearSession): Promise<void> {
  const { number, openedAt, ...fields } = session;
  const opened = toDate(openedAt);
  await tx.wearSession.create({
    data: { ...fields, number: BigInt(number), openedAt: opened, lastSeenAt: opened },
  });
}

export async function findWearSession(tx: Transaction, id: string): Promise<WearSessionRecord | null> {
  const row = await tx.wearSession.findUnique({ where: { id } });
  return row === null ? null : toSession(row);
}

export async function findWearSessionByNumber(
  tx: Transaction,
  number: number,
): Promise<WearSessionRecord | null> {
  const row = await tx.wearSession.findUnique({ where: { number: BigInt(number) } });
  return row === null ? null : toSession(row);
}

/** Live sessions that rest on this, page by page in the order of their ids. */
export async function listLiveSessions(
  tx: Transaction,
  ground: {
    readonly consentId?: string | undefined;
    readonly avatarId?: string | undefined;
    readonly deviceId?: string | undefined;
    readonly personId?: string | undefined;
  },
  after: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly deviceId: string }[]> {
  const { consentId, avatarId, deviceId, personId } = ground;
  const named = Object.entries({ consentId, avatarId, deviceId, personId }).filter(
    ([, id]) => id !== undefined,
  );
  // Nothing named is nothing lost, not everything.
  if (named.length === 0) return [];
  return tx.wearSession.findMany({
    where: { ...Object.fromEntries(named), state: 'live', id: { gt: after } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true, deviceId: true },
  });
}

/** Reads a device's own session and keeps it from changing until the transaction ends. */
export async function lockWearSession(
  tx: Transaction,
  id: string,
  deviceId: string,
): Promise<WearSessionRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "WearSession" WHERE "id" = ${id} FOR UPDATE`;
  const row = await tx.wearSession.findFirst({ where: { id, deviceId } });
  return row === null ? null : toSession(row);
}

export async function touchWearSession(tx: Transaction, id: string, now: number): Promise<void> {
  await tx.wearSession.update({ where: { id }, data: { lastSeenAt: toDate(now) } });
}

/** Ends a live session; one that has ended stays as it is. @returns whether it was live */
export async function endWearSession(
  tx: Transaction,
  id: string,
  end: { readonly state: 'revoked' | 'closed'; readonly reason: string; readonly at: number },
): Promise<boolean> {
  const { count } = await tx.wearSession.updateMany({
    where: { id, state: 'live' },
    data: { state: end.state, reason: end.reason, endedAt: toDate(end.at) },
  });
  return count === 1;
}

/** Notes that a key was disclosed: it opens its epoch and all before. */
export async function noteDisclosure(
  tx: Transaction,
  id: string,
  epoch: number,
  key: Uint8Array,
): Promise<void> {
  await tx.wearSession.update({
    where: { id },
    data: { disclosedEpoch: epoch, disclosedKey: new Uint8Array(key) },
  });
}

type WearSessionRow = NonNullable<Awaited<ReturnType<Transaction['wearSession']['findUnique']>>>;

function toSession(row: WearSessionRow): WearSessionRecord {
  return {
    ...row,
    number: Number(row.number),
    purpose: purpose.parse(row.purpose),
    audience: audience.parse(row.audience),
    state: sessionState.parse(row.state),
    openedAt: toSeconds(row.openedAt),
    lastSeenAt: toSeconds(row.lastSeenAt),
    endedAt: row.endedAt === null ? null : toSeconds(row.endedAt),
    lastRenderedAt: row.lastRenderedAt === null ? null : toSeconds(row.lastRenderedAt),
  };
}

const toDate = (seconds: number): Date => new Date(seconds * 1000);
const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
