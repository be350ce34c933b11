import { audience, purpose, type Audience, type Purpose } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';
import type { Statement, Statements } from '../statements.js';

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

/** Live sessions of a device or a person. */
export async function listLiveSessions(
  tx: Transaction,
  { deviceId, personId }: { readonly deviceId?: string | undefined; readonly personId?: string | undefined },
): Promise<readonly { readonly id: string; readonly deviceId: string }[]> {
  // Nothing named is nothing lost, not everything.
  if (deviceId === undefined && personId === undefined) return [];
  return tx.wearSession.findMany({
    where: {
      state: 'live',
      ...(deviceId === undefined ? {} : { deviceId }),
      ...(personId === undefined ? {} : { personId }),
    },
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

const TOUCH: Statement = {
  name: 'guise-touch-wear-session',
  text: `UPDATE "WearSession" SET "lastSeenAt" = to_timestamp($2::float8) AT TIME ZONE 'UTC' WHERE "id" = $1::text`,
};

/** Notes that a session was heard of. @param now Unix seconds */
export async function touchWearSession(sql: Statements, id: string, now: number): Promise<void> {
  await sql.run(TOUCH, [id, now]);
}

/** What live sessions have in common; nothing named is no session, not all. */
export interface LiveSessionsOf {
  readonly avatarId?: string;
  readonly consentId?: string;
  readonly deviceId?: string;
  readonly personId?: string;
  /** All of them. */
  readonly any?: true;
}

/**
 * Reads live sessions of one of these, page by page in the order of their ids, and keeps them from changing
 * until the transaction ends.
 */
export async function lockLiveSessions(
  tx: Transaction,
  ground: LiveSessionsOf,
  after: string,
  limit: number,
): Promise<readonly WearSessionRecord[]> {
  const { avatarId = null, consentId = null, deviceId = null, personId = null } = ground;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "WearSession"
    WHERE "state" = 'live' AND "id" > ${after} AND (${ground.any === true}::boolean OR "avatarId" = ${avatarId}
      OR "consentId" = ${consentId} OR "deviceId" = ${deviceId} OR "personId" = ${personId})
    ORDER BY "id" LIMIT ${limit} FOR UPDATE`;
  const ids = rows.map(({ id }) => id);
  const locked = await tx.wearSession.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  return locked.map(toSession);
}

/** Ends live sessions; those that have ended stay as they are. @returns those that were live */
export async function endWearSessions(
  tx: Transaction,
  ids: readonly string[],
  end: { readonly state: 'revoked' | 'closed'; readonly reason: string; readonly at: number },
): Promise<readonly string[]> {
  const rows = await tx.wearSession.updateManyAndReturn({
    where: { id: { in: [...ids] }, state: 'live' },
    data: { state: end.state, reason: end.reason, endedAt: toDate(end.at) },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
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
