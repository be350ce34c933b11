import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { openTree, parsePayload, type LedgerPayload } from '@guise/ledger';
import {
  createLedgerStore,
  readEntriesAbout,
  readSigners,
  type Database,
  type PermitRecord,
  type StoredEntry,
  type Transaction,
} from '@guise/persistence';
import type { ProofBundle } from '@guise/protocol';
import { buildProofBundle } from '@guise/verification';
import { ProblemError } from '../http/problem-error.js';
import { LedgerReader } from '../ledger/ledger-reader.js';
import { DATABASE } from '../ports/tokens.js';
import type { ArchivedSegment, ArchivedSession } from './session-archive.js';

/**
 * Most that a bundle holds of one kind; with what is about persons, device and avatar it stays below the 2000 entries that a
 * bundle may have. A segment tells five seconds as a rule: two hours in a row fit, and more when seconds are sampled.
 */
const MAX_SEGMENTS = 1450;
const MAX_PERMITS = 300;
/** The latest opens all before it. */
const MAX_DISCLOSURES = 150;

/** A proof of a part would not bear out a verdict on the whole: that is not the recording's fault, so none is given. */
export const tooMuchToProve = (): ProblemError =>
  new ProblemError('media-too-large', {
    detail:
      'It shows more of a session, or more sessions, than one report can prove. Send parts of it, of an hour each.',
  });

/** Gathers the ledger entries that tell one session, each with its proof against the newest checkpoint. */
@Injectable()
export class ProofBuilder {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly ledger: LedgerReader,
  ) {}

  /**
   * @param seconds Unix seconds that the material shows
   * @throws ProblemError `media-too-large` when a bundle cannot hold the proof of all of them
   */
  async build(
    archived: ArchivedSession,
    mediaSha256: string,
    seconds: readonly number[],
  ): Promise<ProofBundle> {
    const permits = permitsFor(archived.permits, seconds);
    const entries = await this.database.transaction((tx) => this.readEntries(tx, archived, permits, seconds));
    const { checkpoint } = await this.ledger.published();
    const tree = openTree(createLedgerStore(this.database.client), checkpoint.size);
    const proven = [];
    for (const { leafIndex, payload, salt } of entries) {
      if (leafIndex === null || leafIndex >= checkpoint.size) continue;
      proven.push({ index: leafIndex, payload, salt, proof: await tree.proveInclusion(leafIndex) });
    }
    const jws = permits.map((permit) => permit.jws);
    const { number } = archived.session;
    return buildProofBundle(
      { mediaSha256, session: number, checkpoint: checkpoint.note, entries: proven, permits: jws },
      () => setImmediate(),
    );
  }

  private async readEntries(
    tx: Transaction,
    { session, segments }: ArchivedSession,
    permits: readonly PermitRecord[],
    seconds: readonly number[],
  ): Promise<StoredEntry[]> {
    const about = (topics: readonly string[], ...kinds: LedgerPayload['kind'][]) =>
      readEntriesAbout(tx, topics, kinds);
    const { persons, approvals } = await readSigners(tx, session);
    const evidence = segmentsOf(segments, seconds);
    const disclosures = await about([session.id], 'key-disclosure');
    const named = new Set(permits.map(({ id }) => id));
    const logged = (await about([session.id], 'permit')).filter((entry) => isOfPermit(entry, named));
    return [
      ...(await about(persons, 'passkey')),
      ...(await about([session.deviceId], 'device')),
      ...(await about([session.avatarId], 'avatar-state')),
      ...(await about([session.consentId], 'consent-given', 'consent-withdrawn')),
      ...(await about(
        approvals.map(({ id }) => id),
        'approval',
      )),
      ...(await about([session.id], 'session-opened', 'session-closed')),
      ...logged,
      ...disclosures.slice(-MAX_DISCLOSURES),
      ...evidence.map(({ entry }) => entry),
    ];
  }
}

function isOfPermit({ payload }: StoredEntry, permits: ReadonlySet<string>): boolean {
  const parsed = parsePayload(payload);
  return parsed.kind === 'permit' && permits.has(parsed.permit);
}

/** For each of those seconds a permit in force; when there was none at all, the last one issued, to show that. */
export function permitsFor(
  permits: readonly PermitRecord[],
  seconds: readonly number[],
): readonly PermitRecord[] {
  const inForce = new Set(
    seconds.flatMap(
      (second) => permits.find(({ notBefore, expires }) => notBefore <= second && second < expires) ?? [],
    ),
  );
  if (inForce.size > MAX_PERMITS) throw tooMuchToProve();
  return inForce.size > 0 ? [...inForce] : permits.slice(-1);
}

/** The evidence of those seconds. */
export function segmentsOf(
  segments: readonly ArchivedSegment[],
  seconds: readonly number[],
): readonly ArchivedSegment[] {
  const shown = new Set(seconds);
  const evidence = segments.filter(({ segment }) =>
    segment.epochs.some(({ renderedAt }) => shown.has(renderedAt)),
  );
  if (evidence.length > MAX_SEGMENTS) throw tooMuchToProve();
  return evidence;
}
