import { Inject, Injectable } from '@nestjs/common';
import {
  findAvatar,
  findPerson,
  findVerification,
  insertVerification,
  LedgerOutbox,
  readSigners,
  type Database,
  type Transaction,
} from '@guise/persistence';
import {
  personId,
  sessionId,
  verificationId,
  verificationReport,
  type ProofBundle,
  type VerificationReport,
} from '@guise/protocol';
import { decideVerdict, verifyProofBundle, type VerdictDecision } from '@guise/verification';
import type { Upload } from '../http/upload.js';
import { ProblemError } from '../http/problem-error.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { TrustService } from '../permits/trust.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { coverageOf, sampledReason } from './coverage.js';
import { AnalystError, MediaAnalyst, type AnalystErrorCode, type MediaReading } from './media-analyst.js';
import { ProofBuilder } from './proof-builder.js';
import { evidenceOf, SessionArchive, type ArchivedSession } from './session-archive.js';

/** What the records and the picture say, before names and proof are added. */
interface Examination {
  readonly reading: MediaReading;
  readonly decision: VerdictDecision;
  /** The session seen most, when this authority opened it. */
  readonly archived: ArchivedSession | null;
}

/** The answer to "was this permitted?", for auditors with names and proof, for anyone without. */
@Injectable()
export class VerificationsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly analyst: MediaAnalyst,
    private readonly archive: SessionArchive,
    private readonly proofs: ProofBuilder,
    private readonly trust: TrustService,
    private readonly ledger: LedgerOutbox,
    private readonly sequencer: LedgerSequencer,
  ) {}

  /** Verifies a submitted file for an auditor; the verification itself is logged. */
  async verify(auditor: string, upload: Upload): Promise<VerificationReport> {
    await this.sequencer.publish();
    const examination = await this.examine(upload.path);
    const report = await this.report(upload.sha256, examination);
    const session = examination.archived?.session.id ?? null;
    await this.database.transaction(async (tx) => {
      const { id, verdict, mediaSha256 } = report;
      const createdAt = this.clock.now();
      await insertVerification(tx, {
        id,
        personId: auditor,
        mediaSha256,
        verdict,
        sessionId: session,
        report,
        createdAt,
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
    return report;
  }

  /** An auditor's own earlier report. @throws ProblemError `not-found` */
  async read(auditor: string, id: string): Promise<VerificationReport> {
    const report = await this.database.transaction((tx) => findVerification(tx, id, auditor));
    if (report === null) throw new ProblemError('not-found');
    return verificationReport.parse(report);
  }

  /** The public detector: says whether, never who. It believes the database no further than an auditor's report does. */
  async detect(upload: Upload) {
    await this.sequencer.publish();
    const examination = await this.examine(upload.path);
    const { reading, decision } = examination;
    const { verdict } =
      decision.verdict === 'authorised' ? await this.report(upload.sha256, examination) : decision;
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
    };
  }

  private async examine(path: string): Promise<Examination> {
    const found = new Map<number, ArchivedSession>();
    const reading = await this.analyst
      .analyse(path, async (number) => {
        const archived = await this.archive.find(number);
        if (archived === null) return null;
        found.set(number, archived);
        return evidenceOf(archived);
      })
      .catch((error: unknown) => {
        throw error instanceof AnalystError ? toProblem(error) : error;
      });
    const sessions = new Map(
      [...found].map(([number, archived]) => [number, this.archive.recordsOf(archived)]),
    );
    const decision = decideVerdict({ observations: reading.seconds, sessions });
    return { reading, decision, archived: found.get(decision.session ?? 0) ?? null };
  }

  private async report(mediaSha256: string, examination: Examination): Promise<VerificationReport> {
    return this.prove(await this.draft(mediaSha256, examination), examination);
  }

  private async draft(mediaSha256: string, examination: Examination): Promise<VerificationReport> {
    const { reading, decision, archived } = examination;
    const coverage = coverageOf(reading);
    return {
      id: verificationId.parse(this.random.id('verification')),
      verdict: decision.verdict,
      reasons: [...decision.reasons, ...sampledReason(coverage)],
      mediaSha256,
      verifiedAt: this.clock.nowSeconds(),
      detection: {
        found: decision.session !== null,
        session: decision.session,
        confidenceLog10: bestConfidence(reading),
      },
      facts:
        archived === null
          ? null
          : await this.database.transaction((tx) => readFacts(tx, archived, shownSeconds(decision))),
      timeline: decision.timeline.map(({ entry }) => entry),
      coverage,
      proof: null,
    };
  }

  /** Adds the bundle, and believes our own database only as far as the bundle proves it. */
  private async prove(report: VerificationReport, examination: Examination): Promise<VerificationReport> {
    const { archived, decision } = examination;
    if (archived === null) return report;
    const proof = await this.proofs.build(archived, report.mediaSha256, shownSeconds(decision));
    const faults = report.verdict === 'authorised' ? await this.faultsOf(proof, report) : [];
    if (faults.length === 0) return { ...report, proof };
    return { ...report, proof, verdict: 'not-authorised', reasons: faults };
  }

  private async faultsOf(proof: ProofBundle, report: VerificationReport) {
    const policy = { witnessesNeeded: 0 };
    const result = await verifyProofBundle(proof, await this.trust.trustRoot(), { policy, report });
    return result.checks
      .filter(({ state }) => state === 'failed')
      .map(({ name, detail }) => ({
        code: `proof-${name}`,
        message: `The ledger does not bear this out: ${detail}.`,
      }));
  }
}

/** Unix seconds that the material shows, as the evidence has them. */
function shownSeconds(decision: VerdictDecision): number[] {
  return [
    ...new Set(
      decision.timeline.flatMap(({ entry }) => (entry.renderedAt === null ? [] : [entry.renderedAt])),
    ),
  ];
}

function bestConfidence({ seconds }: MediaReading): number | null {
  const found = seconds.flatMap(({ confidenceLog10 }) => (confidenceLog10 === null ? [] : [confidenceLog10]));
  return found.length === 0 ? null : Math.min(...found);
}

async function readFacts(
  tx: Transaction,
  { session, permits, history }: ArchivedSession,
  seconds: readonly number[],
): Promise<VerificationReport['facts']> {
  const avatar = await findAvatar(tx, session.avatarId);
  const wearer = await findPerson(tx, session.personId);
  const signers = await readSigners(tx, session);
  const [first = session.openedAt] = seconds;
  const permit =
    permits.find(({ notBefore, expires }) => notBefore <= first && first < expires) ?? permits.at(-1);
  if (avatar === null || wearer === null || permit === undefined) return null;
  const approvals = [];
  for (const { id, approverId, sha256 } of signers.approvals) {
    approvals.push({ id, approver: await nameOf(tx, approverId), sha256 });
  }
  return {
    session: session.id,
    wearer: { personId: session.personId, displayName: wearer.displayName },
    device: session.deviceId,
    avatar: { id: avatar.id, name: avatar.name, sha256: avatar.sha256, kind: avatar.kind },
    permit: { jti: permit.id, iat: permit.notBefore, exp: permit.expires, purpose: session.purpose },
    consent: {
      id: session.consentId,
      sha256: signers.consentSha256,
      subject: await nameOf(tx, avatar.subject),
      givenAt: history.consent.from,
    },
    approvals,
  };
}

/** A person as an auditor reads them: the name, and the id that the log knows. */
async function nameOf(tx: Transaction, id: string): Promise<string> {
  const person = await findPerson(tx, id);
  return person === null ? id : `${person.displayName} · ${id}`;
}

function toProblem(error: AnalystError): ProblemError {
  const { advice: detail } = error;
  const codes: Record<AnalystErrorCode, ProblemError> = {
    unreadable: new ProblemError('media-unreadable', { detail }),
    'too-large': new ProblemError('media-too-large', { detail }),
    'too-slow': new ProblemError('media-too-large', { detail }),
    'too-heavy': new ProblemError('media-too-large', { detail }),
    busy: new ProblemError('not-ready', { detail, headers: { 'retry-after': '60' } }),
    failed: new ProblemError('internal', { detail }),
  };
  return codes[error.code];
}
