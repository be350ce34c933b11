import { Inject, Injectable } from '@nestjs/common';
import { openTree, type LedgerPayload } from '@guise/ledger';
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
import { LedgerReader } from '../ledger/ledger-reader.js';
import { DATABASE } from '../ports/tokens.js';
import type { ArchivedSession } from './session-archive.js';

/** Most that a bundle holds of one kind; a longer recording is proved for its first part. */
const MAX_SEGMENTS = 1000;
const MAX_PERMITS = 400;
const MAX_DISCLOSURES = 200;

/** Gathers the ledger entries that tell one session, each with its proof against the newest checkpoint. */
@Injectable()
export class ProofBuilder {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly ledger: LedgerReader,
  ) {}

  /** @param seconds Unix seconds that the material shows */
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
    return buildProofBundle({
      mediaSha256,
      session: archived.session.number,
      checkpoint: checkpoint.note,
      entries: proven,
      permits: permits.map(({ jws }) => jws),
    });
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
    const shown = new Set(seconds);
    const evidence = segments.filter(({ segment }) =>
      segment.epochs.some(({ renderedAt }) => shown.has(renderedAt)),
    );
    const disclosures = await about([session.id], 'key-disclosure');
    const logged = await about([session.id], 'permit');
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
      ...logged.slice(-Math.max(permits.length, MAX_PERMITS)),
      ...disclosures.slice(-MAX_DISCLOSURES),
      ...evidence.slice(0, MAX_SEGMENTS).map(({ entry }) => entry),
    ];
  }
}

/** The permits in force in those seconds; when none was, the last one issued, to show that. */
function permitsFor(permits: readonly PermitRecord[], seconds: readonly number[]): readonly PermitRecord[] {
  const inForce = permits.filter(({ notBefore, expires }) =>
    seconds.some((second) => notBefore <= second && second < expires),
  );
  return (inForce.length > 0 ? inForce : permits.slice(-1)).slice(0, MAX_PERMITS);
}
