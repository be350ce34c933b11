import { createHash } from 'node:crypto';
import type { LedgerPayload, LedgerPayloadOf } from '@guise/ledger';
import type { SessionPermit, SessionRecord } from '@guise/persistence';
import { sessionOpening } from '@guise/protocol';
import type { RowDifference } from './compare-row.js';

/** A session or a permit that is not what the ledger says. `row-missing`: the ledger has it and the database does not. */
export interface SessionFinding {
  readonly kind: 'session' | 'permit';
  readonly id: string;
  readonly difference: RowDifference | 'row-missing';
}

/** What the ledger says of one session, by kinds. */
interface Told {
  readonly opened: LedgerPayloadOf<'session-opened'> | undefined;
  readonly closed: LedgerPayloadOf<'session-closed'> | undefined;
  readonly permits: ReadonlyMap<string, LedgerPayloadOf<'permit'>>;
}

/** Compares a session and its permits with the entries about it. */
export function differencesOf(
  session: SessionRecord,
  entries: readonly LedgerPayload[],
): readonly SessionFinding[] {
  const told = toldBy(entries);
  const difference = sessionDifference(session, told);
  return [
    ...(difference === null ? [] : [{ kind: 'session', id: session.id, difference } as const]),
    ...permitDifferences(session.permits, told.permits),
  ];
}

function toldBy(entries: readonly LedgerPayload[]): Told {
  return {
    opened: entries.find((entry) => entry.kind === 'session-opened'),
    closed: entries.find((entry) => entry.kind === 'session-closed'),
    permits: new Map(
      entries.flatMap((entry) => (entry.kind === 'permit' ? [[entry.permit, entry] as const] : [])),
    ),
  };
}

function sessionDifference(row: SessionRecord, { opened, closed, permits }: Told): RowDifference | null {
  if (opened === undefined) return 'no-entry';
  const chain = chainOf(opened.opening);
  const [first] = permits.values();
  const same =
    row.number === opened.sessionNumber &&
    row.personId === opened.person &&
    row.deviceId === opened.device &&
    row.avatarId === opened.avatar &&
    row.opening === opened.opening &&
    row.chainEnd === chain?.chainEnd &&
    row.chainLength === chain.chainLength &&
    row.state === stateAfter(closed) &&
    (first === undefined ||
      (row.consentId === first.consent && row.purpose === first.purpose && row.audience === first.audience));
  return same ? null : 'differs';
}

function stateAfter(closed: Told['closed']): string {
  if (closed === undefined) return 'live';
  return closed.reason === 'revoked' ? 'revoked' : 'closed';
}

/** What the device committed to. Its signature was verified when the entry was written, and the entry is what it was. */
function chainOf(opening: string) {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(opening.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    return sessionOpening.safeParse(payload).data;
  } catch {
    return undefined;
  }
}

function permitDifferences(rows: readonly SessionPermit[], told: Told['permits']): readonly SessionFinding[] {
  const ids = new Set(rows.map(({ id }) => id));
  const missing = [...told.keys()].filter((id) => !ids.has(id));
  return [
    ...rows.flatMap((row) => {
      const difference = permitDifference(row, told.get(row.id));
      return difference === null ? [] : [{ kind: 'permit', id: row.id, difference } as const];
    }),
    ...missing.map((id) => ({ kind: 'permit', id, difference: 'row-missing' }) as const),
  ];
}

function permitDifference(
  { sha256, jws, notBefore, expires }: SessionPermit,
  told: LedgerPayloadOf<'permit'> | undefined,
): RowDifference | null {
  if (told === undefined) return 'no-entry';
  const same =
    sha256 === told.permitSha256 &&
    createHash('sha256').update(jws).digest('hex') === sha256 &&
    notBefore === told.notBefore &&
    expires === told.expires;
  return same ? null : 'differs';
}
