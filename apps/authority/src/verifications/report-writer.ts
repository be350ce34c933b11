import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@guise/persistence';
import {
  MAX_MARKED_PICTURES,
  verificationId,
  type ProofBundle,
  type VerificationId,
  type VerificationReport,
} from '@guise/protocol';
import { verifyProofBundle } from '@guise/verification';
import { TrustService } from '../permits/trust.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { bestConfidence, shownSeconds, type Examination } from './examination.js';
import { ProofBuilder, tooMuchToProve } from './proof-builder.js';
import { readFacts } from './read-facts.js';
import type { ArchivedSession } from './session-archive.js';

/** Writes what an examination found as a report: with names, and with the proof of everything it says. */
@Injectable()
export class ReportWriter {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly proofs: ProofBuilder,
    private readonly trust: TrustService,
  ) {}

  newId(): VerificationId {
    return verificationId.parse(this.random.id('verification'));
  }

  /** @throws ProblemError `media-too-large` when one report cannot hold the proof of all that is shown */
  async write(
    id: VerificationId,
    mediaSha256: string,
    examination: Examination,
  ): Promise<VerificationReport> {
    return this.prove(await this.draft(id, mediaSha256, examination), examination);
  }

  private async draft(
    id: VerificationId,
    mediaSha256: string,
    examination: Examination,
  ): Promise<VerificationReport> {
    const { reading, decision, seed, main } = examination;
    return {
      id,
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
        main === null || main.erased
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
    if (main === null || main.erased) return draft;
    const build = (session: ArchivedSession): Promise<ProofBundle> =>
      this.proofs.build(session, draft.mediaSha256, shownSeconds(decision, session.session.number));
    const others = [...archived.values()].filter((session) => session !== main && !session.erased);
    if (others.length > MAX_MARKED_PICTURES) throw tooMuchToProve();
    const otherProofs: ProofBundle[] = [];
    for (const session of others) otherProofs.push(await build(session));
    const proof = await build(main);
    const report = { ...draft, proof, otherProofs };
    const faults: Fault[] = [];
    if (report.verdict === 'authorised')
      for (const bundle of [proof, ...otherProofs]) faults.push(...(await this.faultsOf(bundle, report)));
    if (faults.length === 0) return report;
    return { ...report, verdict: 'not-authorised', reasons: faults };
  }

  private async faultsOf(proof: ProofBundle, report: VerificationReport): Promise<Fault[]> {
    const options = { policy: { witnessesNeeded: 0 }, report, pause: () => setImmediate() };
    const result = await verifyProofBundle(proof, await this.trust.trustRoot(), options);
    return result.checks
      .filter(({ state }) => state === 'failed')
      .map(({ name, detail }) => ({
        code: `proof-${name}`,
        message: `The ledger does not bear this out: ${detail}.`,
      }));
  }
}

type Fault = VerificationReport['reasons'][number];
