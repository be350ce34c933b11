import { keyUse, p256Jwk, type KeyUse, type P256Jwk } from '@guise/protocol';
import type { Transaction } from '../database.js';

/** A signing key as stored. Times are Unix seconds. */
export interface SigningKeyRecord {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly use: KeyUse;
  /** Name of the private half in the key store. */
  readonly storeId: string;
  readonly jwk: P256Jwk;
  readonly publishedAt: number;
  readonly activeFrom: number;
  /** Null for the newest of its use. */
  readonly activeUntil: number | null;
  readonly compromisedAt: number | null;
  readonly requestedBy: string | null;
  readonly destroyedAt: number | null;
}

export type NewSigningKey = Omit<SigningKeyRecord, 'activeUntil' | 'compromisedAt' | 'destroyedAt'>;

/** All keys of all uses, in the order in which they were made. */
export async function listSigningKeys(tx: Transaction): Promise<readonly SigningKeyRecord[]> {
  const rows = await tx.signingKey.findMany({ orderBy: [{ publishedAt: 'asc' }, { activeFrom: 'asc' }] });
  return rows.map(toSigningKey);
}

/** The same, and nobody else makes or ends keys until the transaction ends. */
export async function lockSigningKeys(tx: Transaction): Promise<readonly SigningKeyRecord[]> {
  await tx.$executeRaw`LOCK TABLE "SigningKey" IN SHARE ROW EXCLUSIVE MODE`;
  return listSigningKeys(tx);
}

export async function insertSigningKey(tx: Transaction, key: NewSigningKey): Promise<void> {
  const { kid, use, storeId, jwk, publishedAt, activeFrom, requestedBy } = key;
  await tx.signingKey.create({
    data: {
      ...{ kid, use, storeId, publicJwk: jwk, newestFor: use, requestedById: requestedBy },
      publishedAt: toDate(publishedAt),
      activeFrom: toDate(activeFrom),
    },
  });
}

/** Ends a key, or moves its end earlier. */
export async function endSigningKey(
  tx: Transaction,
  kid: string,
  end: { readonly until: number; readonly compromisedAt: number | null },
): Promise<void> {
  const { until, compromisedAt } = end;
  await tx.signingKey.update({
    where: { kid },
    data: {
      activeUntil: toDate(until),
      newestFor: null,
      ...(compromisedAt === null ? {} : { compromisedAt: toDate(compromisedAt) }),
    },
  });
}

/** Remembers that the key store no longer has the private half. */
export async function noteDestroyedKey(tx: Transaction, kid: string, at: number): Promise<void> {
  await tx.signingKey.updateMany({ where: { kid, destroyedAt: null }, data: { destroyedAt: toDate(at) } });
}

function toSigningKey(row: {
  readonly kid: string;
  readonly use: string;
  readonly storeId: string;
  readonly publicJwk: unknown;
  readonly publishedAt: Date;
  readonly activeFrom: Date;
  readonly activeUntil: Date | null;
  readonly compromisedAt: Date | null;
  readonly requestedById: string | null;
  readonly destroyedAt: Date | null;
}): SigningKeyRecord {
  return {
    kid: row.kid,
    use: keyUse.parse(row.use),
    storeId: row.storeId,
    jwk: p256Jwk.parse(row.publicJwk),
    publishedAt: toSeconds(row.publishedAt),
    activeFrom: toSeconds(row.activeFrom),
    activeUntil: toSecondsOrNull(row.activeUntil),
    compromisedAt: toSecondsOrNull(row.compromisedAt),
    requestedBy: row.requestedById,
    destroyedAt: toSecondsOrNull(row.destroyedAt),
  };
}

const toDate = (seconds: number): Date => new Date(seconds * 1000);
const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const toSecondsOrNull = (date: Date | null): number | null => (date === null ? null : toSeconds(date));
