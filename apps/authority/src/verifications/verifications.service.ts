import { Injectable } from '@nestjs/common';
import type { VerificationId, VerificationProgress, VerificationReport } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import type { Upload } from '../http/upload.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { bestConfidence, leastShare, type Examination } from './examination.js';
import { Examiner } from './examiner.js';
import type { ProgressListener } from './media-analyst.js';
import { ReportWriter } from './report-writer.js';
import { VerificationJobs } from './verification-jobs.js';
import { VerificationRecords } from './verification-records.js';

const UNKNOWN_HERE =
  'No verification of yours has this id. While a whole recording is read, only the process that took it knows: where several serve this address, ask that one.';

/** A verification of an auditor: still going on, or its report as it is stored. */
export type FoundVerification = { readonly progress: VerificationProgress } | { readonly report: unknown };

/** The answer to "was this permitted?", for auditors with names and proof, for anyone without. */
@Injectable()
export class VerificationsService {
  constructor(
    private readonly sequencer: LedgerSequencer,
    private readonly examiner: Examiner,
    private readonly reports: ReportWriter,
    private readonly records: VerificationRecords,
    private readonly jobs: VerificationJobs,
  ) {}

  /** Verifies a submitted file for an auditor; the verification itself is logged. */
  async verify(auditor: string, upload: Upload): Promise<VerificationReport> {
    const examination = await this.examine(upload.path);
    return this.conclude(auditor, this.reports.newId(), upload.sha256, examination);
  }

  /** @throws ProblemError `not-ready` when no further recording can be read as a whole now */
  requireRoomForWhole(): void {
    this.jobs.requireRoom();
  }

  /** Has every second of a submitted file looked at, and does not wait for it. @throws ProblemError `not-ready` */
  startWhole(auditor: string, upload: Upload): Promise<VerificationProgress> {
    const id = this.reports.newId();
    return this.jobs.start(id, auditor, upload, async (path, listener) => {
      const examination = await this.examine(path, listener);
      await this.conclude(auditor, id, upload.sha256, examination);
    });
  }

  /** An auditor's own verification. @throws ProblemError `not-found`, `verification-lost`, `records-erased`, or why it failed */
  async read(auditor: string, id: VerificationId): Promise<FoundVerification> {
    const progress = this.jobs.find(auditor, id);
    if (progress !== null) return { progress };
    const found = await this.records.find(auditor, id);
    if (found !== null) return found;
    if (await this.jobs.isLost(auditor, id)) throw new ProblemError('verification-lost');
    throw new ProblemError('not-found', { detail: UNKNOWN_HERE });
  }

  /** The public detector: says whether, never who. It believes the database no further than an auditor's report does. */
  async detect(upload: Upload) {
    const examination = await this.examine(upload.path);
    const { reading, decision } = examination;
    const { verdict } =
      decision.verdict === 'authorised'
        ? await this.reports.write(this.reports.newId(), upload.sha256, examination)
        : decision;
    return {
      marked: verdict !== 'unmarked',
      authorised:
        verdict === 'authorised'
          ? true
          : verdict === 'not-authorised' || verdict === 'altered'
            ? false
            : null,
      confidenceLog10: bestConfidence(reading),
      technique: 'invisible-watermark-ts' as const,
      coverage: decision.coverage,
      share: leastShare(decision),
    };
  }

  /** As a whole where somebody listens to how far it is. */
  private async examine(path: string, listener?: ProgressListener): Promise<Examination> {
    await this.sequencer.publish();
    return this.examiner.examine(path, listener);
  }

  private async conclude(
    auditor: string,
    id: VerificationId,
    mediaSha256: string,
    examination: Examination,
  ): Promise<VerificationReport> {
    const report = await this.reports.write(id, mediaSha256, examination);
    await this.records.keep(auditor, examination.main?.session.id ?? null, report);
    return report;
  }
}
