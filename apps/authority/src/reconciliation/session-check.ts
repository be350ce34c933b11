import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { pageSessionRecords, type Client, type SessionRecord } from '@guise/persistence';
import { differencesOf, type SessionFinding } from './compare-session.js';
import type { EntryCheck, EntryFault } from './entry-check.js';

export type SessionFault =
  SessionFinding | { readonly kind: 'session'; readonly id: string; readonly difference: EntryFault };

/** Sessions in memory at a time, each with its permits: one for every five minutes it lasted. */
const BATCH = 10;
/** More are not told one by one: somebody rewrote the table. */
const MOST_FINDINGS = 1_000;

/** Compares every session and every permit with the ledger, a page at a time, and lets other work go on in between. */
export async function checkSessions(client: Client, check: EntryCheck): Promise<readonly SessionFault[]> {
  const findings: SessionFault[] = [];
  for (let after = ''; findings.length < MOST_FINDINGS;) {
    const sessions = await pageSessionRecords(client, after, BATCH);
    for (const session of sessions) {
      findings.push(...(await faultsOf(session, check)));
      await yieldToOthers();
    }
    const last = sessions.at(-1);
    if (last === undefined || sessions.length < BATCH) break;
    after = last.id;
  }
  return findings;
}

async function faultsOf(session: SessionRecord, check: EntryCheck): Promise<readonly SessionFault[]> {
  const payloads = [];
  let erased = false;
  for (const entry of session.entries) {
    const { payload, fault } = await check(entry);
    if (fault !== null) return [{ kind: 'session', id: session.id, difference: fault }];
    if (payload === null) erased = true;
    else payloads.push(payload);
  }
  if (!erased) return differencesOf(session, payloads);
  // Erased with its person: all that is left to ask is that nothing follows from it any more.
  return session.state === 'live' ? [{ kind: 'session', id: session.id, difference: 'differs' }] : [];
}
