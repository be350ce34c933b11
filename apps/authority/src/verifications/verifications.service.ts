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
  MAX_MARKED_PICTURES,
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
import { AnalystError, MediaAnalyst, type AnalystErrorCode, type MediaReading } from './media-analyst.js';
import { ProofBuilder } from './proof-builder.js';
import { evidenceOf, SessionArchive, type ArchivedSession } from './session-archive.js';

/** What the records and the picture say, before names and proof are added. */
interface Examination {
  readonly reading: MediaReading;
  readonly decision: VerdictDecision;
  /** Where it was looked at. */
  readonly seed: number;
  /** The sessions to be seen that this authority opened, by number; `main` is the one seen most. */
  readonly archived: ReadonlyMap<number, ArchivedSession>;
  readonly main: ArchivedSession | null;
}

/** What an auditor wants to know of a file. */
export interface VerifyOptions {
  /** Every second is looked at, however long it takes. */
  readonly whole: boolean;
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
  async verify(auditor: string, upload: Upload, { whole }: VerifyOptions): Promise<VerificationReport> {
    await this.sequencer.publish();
    const examination = await this.examine(upload.path, whole);
    const report = await this.report(upload.sha256, examination);
    const session = examination.main?.session.id ?? null;
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
    const examination = await this.examine(upload.path, false);
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
      coverage: decision.coverage,
      share: leastShare(decision),
    };
  }

  private async examine(path: string, whole: boolean): Promise<Examination> {
    const seed = new DataView(this.random.bytes(4).slice().buffer).getUint32(0);
    const found = new Map<number, ArchivedSession>();
    const reading = await this.analyst
      .analyse({ path, seed, whole }, async (number) => {
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
    const { seconds: observations, materialSeconds } = reading;
    const decision = decideVerdict({ observations, sessions, materialSeconds });
    return { reading, decision, seed, archived: found, main: found.get(decision.session ?? 0) ?? null };
  }

  private async report(mediaSha256: string, examination: Examination): Promise<VerificationReport> {
    return this.prove(await this.draft(mediaSha256, examination), examination);
  }

  private async draft(mediaSha256: string, examination: Examination): Promise<VerificationReport> {
    const { reading, decision, seed, main } = examination;
    return {
      id: verificationId.parse(this.random.id('verification')),
      verdict: decision.verdict,
      reasons: [...decision.reasons],
      mediaSha256,
      verifiedAt: this.clock.nowSeconds(),
      detection: {
        found: decision.session !== null,
        session: decision.session,
        confidenceLog10: bestConfidence(reading),
      },
      facts:
        main === null
          ? null
          : await this.database.transaction((tx) =>
              readFacts(tx, main, shownSeconds(decision, main.session.number)),
            ),
      timeline: decision.timeline.map(({ entry }) => entry),
      coverage: { ...decision.coverage, seed },
      proof: null,
      otherProofs: [],
    };
  }

  /** Adds the bundles, and believes our own database only as far as they prove it. */
  private async prove(draft: VerificationReport, examination: Examination): Promise<VerificationReport> {
    const { archived, main, decision } = examination;
    if (main === null) return draft;
    const build = (session: ArchivedSession): Promise<ProofBundle> =>
      this.proofs.build(session, draft.mediaSha256, shownSeconds(decision, session.session.number));
    const others = [...archived.values()].filter((session) => session !== main);
    const otherProofs: ProofBundle[] = [];
    for (const session of others.slice(0, MAX_MARKED_PICTURES)) otherProofs.push(await build(session));
    const proof = await build(main);
    const report = { ...draft, proof, otherProofs };
    const faults: Fault[] = [];
    if (report.verdict === 'authorised')
      for (const bundle of [proof, ...otherProofs]) faults.push(...(await this.faultsOf(bundle, report)));
    if (faults.length === 0) return report;
    return { ...report, verdict: 'not-authorised', reasons: faults };
  }

  private async faultsOf(proof: ProofBundle, report: VerificationReport): Promise<Fault[]> {
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

type Fault = VerificationReport['reasons'][number];

/** Unix seconds of a session that the material shows, as the evidence has them. */
function shownSeconds({ timeline }: VerdictDecision, session: number): number[] {
  const shown = timeline
    .flatMap(({ entry }) => entry.pictures)
    .flatMap((picture) => (picture.session === session ? (picture.renderedAt ?? []) : []));
  return [...new Set(shown)];
}

function leastShare({ timeline }: VerdictDecision): number | null {
  const shares = timeline.flatMap(({ entry }) => entry.share ?? []);
  return shares.length === 0 ? null : Math.min(...shares);
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
