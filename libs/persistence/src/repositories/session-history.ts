import { parsePayload } from '@guise/ledger';
import type { Transaction } from '../database.js';
import { readEntriesAbout } from '../ledger-entries.js';

/** A span of Unix seconds; `until` is the first second that no longer belongs to it. */
export interface HistoryPeriod {
  readonly from: number;
  readonly until: number | null;
}

/** When consent, device and avatar of a session held. */
export interface SessionHistory {
  readonly consent: HistoryPeriod;
  readonly device: HistoryPeriod;
  readonly avatarActive: readonly HistoryPeriod[];
}

/** Reads the history of what a session rested on, as it stood at any second. */
export async function readSessionHistory(
  tx: Transaction,
  session: { readonly consentId: string; readonly deviceId: string; readonly avatarId: string },
): Promise<SessionHistory> {
  const consent = await tx.consent.findUniqueOrThrow({ where: { id: session.consentId } });
  const device = await tx.device.findUniqueOrThrow({ where: { id: session.deviceId } });
  const given = Math.max(toSeconds(consent.givenAt), toSeconds(consent.notBefore));
  const ended = [consent.notAfter, consent.withdrawnAt].flatMap((date) =>
    date === null ? [] : [toSeconds(date)],
  );
  return {
    consent: { from: given, until: Math.min(...ended) },
    device: {
      from: toSeconds(device.pairedAt),
      until: device.revokedAt === null ? null : toSeconds(device.revokedAt),
    },
    avatarActive: await readActivePeriods(tx, session.avatarId),
  };
}

/** From every change of the avatar's state to `active` until the next change. */
async function readActivePeriods(tx: Transaction, avatarId: string): Promise<HistoryPeriod[]> {
  const entries = await readEntriesAbout(tx, [avatarId], ['avatar-state']);
  const changes = entries.flatMap(({ payload }) => {
    const entry = parsePayload(payload);
    return entry.kind === 'avatar-state' ? [{ at: entry.at, to: entry.to }] : [];
  });
  return changes.flatMap(({ at, to }, i) =>
    to === 'active' ? [{ from: at, until: changes[i + 1]?.at ?? null }] : [],
  );
}

/** Who signed what a session rests on: the subject, the approvers and the wearer. */
export async function readSigners(
  tx: Transaction,
  session: { readonly consentId: string; readonly deviceId: string; readonly avatarId: string },
): Promise<{
  readonly persons: readonly string[];
  readonly consentSha256: string;
  readonly approvals: readonly SignedApprovalRow[];
}> {
  const consent = await tx.consent.findUniqueOrThrow({ where: { id: session.consentId } });
  const device = await tx.device.findUniqueOrThrow({ where: { id: session.deviceId } });
  const approvals = await tx.approval.findMany({
    where: { avatarId: session.avatarId, consentSha256: consent.sha256, decision: 'approve' },
    orderBy: { decidedAt: 'asc' },
    select: { id: true, approverId: true, sha256: true },
  });
  const persons = new Set([
    consent.subjectId,
    device.personId,
    ...approvals.map(({ approverId }) => approverId),
  ]);
  return { persons: [...persons], consentSha256: consent.sha256, approvals };
}

export interface SignedApprovalRow {
  readonly id: string;
  readonly approverId: string;
  readonly sha256: string;
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
