import type { EvidenceSegment } from '@guise/protocol';
import type { Transaction } from '../database.js';

/** One delivered segment. What it says stands in its ledger entry, signed. */
export interface EvidenceRecord {
  readonly sessionId: string;
  readonly sequence: number;
  /** SHA-256 of the JWS. */
  readonly sha256: string;
  /** Staging number of its ledger entry. */
  readonly entryId: bigint;
}

/** Stores a verified segment and moves its session on. The session is locked by the caller. */
export async function insertEvidence(
  tx: Transaction,
  record: EvidenceRecord,
  segment: EvidenceSegment,
  receivedAt: Date,
): Promise<void> {
  const { sessionId, sequence, sha256 } = record;
  const lastEpoch = Math.max(...segment.epochs.map(({ epoch }) => epoch));
  const before = await tx.wearSession.findUniqueOrThrow({
    where: { id: sessionId },
    select: { lastRenderedAt: true },
  });
  const renderedAt = segment.epochs.map((epoch) => epoch.renderedAt * 1000);
  const lastRenderedAt = new Date(Math.max(before.lastRenderedAt?.getTime() ?? 0, ...renderedAt));
  await tx.evidenceSegment.create({ data: { ...record, lastEpoch, receivedAt } });
  await tx.wearSession.update({
    where: { id: sessionId },
    data: {
      nextSequence: sequence + 1,
      lastSegmentSha256: sha256,
      lastEpoch,
      lastRenderedAt,
      lastSeenAt: receivedAt,
    },
  });
}

export async function findEvidence(
  tx: Transaction,
  sessionId: string,
  sequence: number,
): Promise<EvidenceRecord | null> {
  return tx.evidenceSegment.findUnique({ where: { sessionId_sequence: { sessionId, sequence } } });
}

/** How many segments of a session came at this time (Unix seconds) or later. */
export async function countEvidenceSince(tx: Transaction, sessionId: string, since: number): Promise<number> {
  return tx.evidenceSegment.count({ where: { sessionId, receivedAt: { gte: new Date(since * 1000) } } });
}

/**
 * Place in the log of the first segment that reaches an epoch; null when there is none or it has no place yet. Evidence
 * comes in order, so once it is stored nothing more can come for this epoch or an earlier one.
 */
export async function findEpochLeaf(
  tx: Transaction,
  sessionId: string,
  epoch: number,
): Promise<number | null> {
  const segment = await tx.evidenceSegment.findFirst({
    where: { sessionId, lastEpoch: { gte: epoch } },
    orderBy: { sequence: 'asc' },
    select: { entryId: true },
  });
  return segment === null ? null : findLeafIndex(tx, segment.entryId);
}

/** Place in the log of a staged entry; null while it has none. */
export async function findLeafIndex(tx: Transaction, entryId: bigint): Promise<number | null> {
  const entry = await tx.ledgerEntry.findUnique({ where: { id: entryId }, select: { leafIndex: true } });
  const leafIndex = entry?.leafIndex ?? null;
  return leafIndex === null ? null : Number(leafIndex);
}
