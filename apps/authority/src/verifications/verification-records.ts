import { Inject, Injectable } from '@nestjs/common';
import { findVerification, insertVerification, LedgerOutbox, type Database } from '@guise/persistence';
import { personId, sessionId, type VerificationReport } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** The reports that were given, each for the auditor who asked. */
@Injectable()
export class VerificationRecords {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** Keeps a report and enters in the ledger that it was given. @param session that it is about, if any */
  async keep(auditor: string, session: string | null, report: VerificationReport): Promise<void> {
    const { id, verdict, mediaSha256 } = report;
    const createdAt = this.clock.now();
    await this.database.transaction(async (tx) => {
      await insertVerification(tx, {
        ...{ id, personId: auditor, mediaSha256, verdict, sessionId: session, report, createdAt },
      });
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'verification',
        at: this.clock.nowSeconds(),
        verification: id,
        by: personId.parse(auditor),
        mediaSha256,
        verdict,
        session: session === null ? null : sessionId.parse(session),
      });
    });
  }

  /** An auditor's own report as it is stored; null for anyone else's. @throws ProblemError `records-erased` */
  async find(auditor: string, id: string): Promise<{ readonly report: unknown } | null> {
    const found = await this.database.transaction((tx) => findVerification(tx, id, auditor));
    if (found === 'erased') throw new ProblemError('records-erased');
    return found;
  }
}
