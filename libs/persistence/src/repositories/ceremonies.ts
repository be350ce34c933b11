import type { Transaction } from '../database.js';
import { lastPasskeyCount } from './passkey-counts.js';

export type CeremonyKind =
  | 'registration'
  | 'authentication'
  | 'step-up'
  | 'oidc'
  | 'consent'
  | 'approval'
  | 'device'
  | 'policy'
  | 'key-rotation';

/** A challenge, or a statement offered for signing, to be given out. */
export interface NewCeremony {
  /** SHA-256 of the ceremony token, or of the statement. */
  readonly id: string;
  readonly kind: CeremonyKind;
  /** base64url */
  readonly challenge: string;
  readonly personId: string | null;
  readonly target: string | null;
  readonly statement: string | null;
  readonly expiresAt: Date;
}

/** One that waits for its one answer. */
export interface CeremonyRecord extends NewCeremony {
  /** The last count of any passkey that was accepted when it was issued. */
  readonly issuedAfter: bigint;
}

/** An expired one stays so long that its answer can be told why it is refused. */
const KEPT_AFTER_EXPIRY_MS = 3_600_000;

export async function insertCeremony(tx: Transaction, ceremony: NewCeremony, now: Date): Promise<void> {
  await tx.ceremony.deleteMany({
    where: { expiresAt: { lte: new Date(now.getTime() - KEPT_AFTER_EXPIRY_MS) } },
  });
  const { id, kind, challenge, personId, target, statement, expiresAt } = ceremony;
  const issuedAfter = await lastPasskeyCount(tx);
  await tx.ceremony.create({
    data: { id, kind, challenge, personId, target, statement, expiresAt, issuedAfter },
  });
}

/**
 * Consumes a ceremony: of any number of concurrent calls one gets it, the others null. Whether it expired is the caller's
 * to check.
 */
export async function takeCeremony(
  tx: Transaction,
  where: {
    readonly id: string;
    readonly kind: CeremonyKind;
    readonly personId?: string;
    readonly target?: string;
  },
): Promise<CeremonyRecord | null> {
  const row = await tx.ceremony.findFirst({ where });
  if (row === null) return null;
  const { count } = await tx.ceremony.deleteMany({ where });
  return count === 1 ? { ...row, kind: where.kind } : null;
}
