import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  createLedgerStore,
  entriesOf,
  listRoleHolders,
  pageReconciled,
  readReconciled,
  RECONCILED_KINDS,
  type Database,
  type ReconciledEntry,
  type ReconciledKind,
  type ReconciledRow,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { LedgerReader } from '../ledger/ledger-reader.js';
import { Metrics } from '../metrics/metrics.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { differenceOf, type RowDifference } from './compare-row.js';
import { createEntryCheck, type EntryCheck, type EntryFault } from './entry-check.js';
import { createErasedLeaves } from './erased-leaves.js';
import { isAtRest } from './erased-row.js';
import { findLostEntries, type LostEntry } from './lost-entries.js';
import { checkMissingRows, type MissingRow } from './missing-rows.js';
import { checkSessions, type SessionFault } from './session-check.js';

const SWEEP_MS = 3_600_000;
const BATCH = 100;
const MAX_TOLD = 100;

/** A row that is not what the ledger says it is, or an entry that is gone. */
export type Finding =
  | {
      readonly kind: ReconciledKind;
      readonly id: string;
      readonly difference: RowDifference | EntryFault;
    }
  | LostEntry
  | MissingRow
  | SessionFault;

/**
 * Looks for what was changed behind the authority's back: every row whose changes are in the ledger is compared with its
 * entries, and those with the published log. A finding is logged as an error and told to admins and auditors, once by each
 * process; nothing is mended by itself, for nobody knows here which is right.
 */
@Injectable()
export class Reconciliation implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private sweeps: Sweeps | undefined;
  /** What was found the last time: what is mended and found again is told again. */
  private told: ReadonlySet<string> = new Set();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly ledger: LedgerReader,
    private readonly notices: PersonNotices,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps = sweepEvery(
      SWEEP_MS,
      async () => {
        await this.sweep();
      },
      (error) => {
        this.logger.error({ err: error }, 'the database could not be compared with the ledger');
        this.metrics.countReconciliation('failed', []);
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  /** Compares everything. @returns what differs, told before or not */
  async sweep(): Promise<readonly Finding[]> {
    const { checkpoint } = await this.ledger.published();
    const { client } = this.database;
    const check = createEntryCheck(
      createLedgerStore(client),
      checkpoint,
      createErasedLeaves(client, checkpoint),
    );
    const findings: Finding[] = [];
    try {
      findings.push(...(await findLostEntries(client, checkpoint, check)));
      findings.push(...(await checkMissingRows(client)));
      findings.push(...(await checkSessions(client, check)));
      for (const kind of RECONCILED_KINDS) findings.push(...(await this.compareAll(kind, check)));
    } finally {
      // What breaks one comparison hides nothing that another found.
      await this.alarm(findings);
    }
    this.metrics.countReconciliation(
      findings.length === 0 ? 'clean' : 'differs',
      findings.map(({ kind }) => kind),
    );
    return findings;
  }

  private async compareAll(kind: ReconciledKind, check: EntryCheck): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (let after = ''; ;) {
      const rows = await pageReconciled(this.database.client, kind, after, BATCH);
      findings.push(...(await this.compare(kind, rows, check)));
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) return findings;
      after = last.id;
    }
  }

  private async compare(
    kind: ReconciledKind,
    rows: readonly ReconciledRow[],
    check: EntryCheck,
  ): Promise<readonly Finding[]> {
    const entries = await entriesOf(
      this.database.client,
      kind,
      rows.flatMap(({ topics }) => topics),
    );
    const findings: Finding[] = [];
    for (const row of rows) {
      const about = entries.filter(({ topic }) => row.topics.includes(topic));
      if ((await differenceWith(row, about, check)) === null) continue;
      const difference = await this.lookAgain(row, check);
      if (difference !== null) findings.push({ kind, id: row.id, difference });
    }
    return findings;
  }

  /** The row may have changed between two reads: it counts when no entry came while it was read. */
  private async lookAgain(
    { kind, id }: ReconciledRow,
    check: EntryCheck,
  ): Promise<RowDifference | EntryFault | null> {
    const { client } = this.database;
    const seen = await readReconciled(client, kind, id);
    if (seen === null) return null;
    const before = await entriesOf(client, kind, seen.topics);
    const row = await readReconciled(client, kind, id);
    const after = await entriesOf(client, kind, seen.topics);
    if (row === null || before.length !== after.length) return null;
    return differenceWith(row, after, check);
  }

  private async alarm(findings: readonly Finding[]): Promise<void> {
    const fresh = findings.filter((finding) => !this.told.has(keyOf(finding)));
    if (fresh.length > 0) await this.tell(fresh);
    this.told = new Set(findings.map(keyOf));
  }

  private async tell(fresh: readonly Finding[]): Promise<void> {
    for (const finding of fresh) {
      this.logger.error({ alarm: 'records-differ', ...finding }, 'a record is not what the ledger says');
    }
    await this.database.transaction(async (tx) => {
      for (const person of await listRoleHolders(tx, ['admin', 'auditor'], MAX_TOLD)) {
        await this.notices.tell(tx, person, 'records-differ');
      }
    });
  }
}

async function differenceWith(
  row: ReconciledRow,
  entries: readonly ReconciledEntry[],
  check: EntryCheck,
): Promise<RowDifference | EntryFault | null> {
  const checked = await Promise.all(entries.map(check));
  const fault = checked.find((entry) => entry.fault !== null)?.fault;
  if (fault !== undefined && fault !== null) return fault;
  if (checked.some(({ payload }) => payload === null)) return isAtRest(row) ? null : 'differs';
  return differenceOf(
    row,
    checked.flatMap(({ payload }) => (payload === null ? [] : [payload])),
  );
}

const keyOf = ({ kind, id, difference }: Finding): string => `${kind} ${id} ${difference}`;
