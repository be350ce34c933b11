import { Inject, Injectable } from '@nestjs/common';
import { buildConsentRecord, termsOf } from '@guise/consent';
import { issueConsentReceipt } from '@guise/permit';
import {
  findConsent,
  isErasedPerson,
  listConsents,
  readPolicyInForce,
  type ConsentRow,
  type Database,
} from '@guise/persistence';
import { consentReceiptClaims, type Role } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { Pseudonyms } from './pseudonyms.js';

/** What a person keeps of the consents they gave: a list, and a signed record of each. */
@Injectable()
export class ReceiptsService {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly keys: SigningKeys,
    private readonly pseudonyms: Pseudonyms,
  ) {}

  async list(subject: PersonPrincipal, after: string | null, limit: number) {
    const consents = await listConsents(this.database.client, subject.personId, after, limit);
    const last = consents.length === limit ? consents.at(-1) : undefined;
    return { consents: consents.map(summarise), next: last?.id ?? null };
  }

  /**
   * The consent as it stands now, signed by the authority: a JWS that anyone checks with the published keys.
   * @throws ProblemError `not-found` for a consent of somebody else, unless the policy lets the caller audit receipts; `records-erased`
   */
  async issue(caller: PersonPrincipal, consentId: string): Promise<string> {
    const consent = await findConsent(this.database.client, consentId);
    if (consent === null) throw new ProblemError('not-found');
    if (consent.subject !== caller.personId) await this.requireAuditor(caller);
    if (await isErasedPerson(this.database.client, consent.subject)) throw new ProblemError('records-erased');
    const now = this.clock.nowSeconds();
    const { publicUrl, organisation } = this.config;
    const record = buildConsentRecord(
      {
        controller: { id: publicUrl, name: organisation },
        statement: consent.statement,
        statementSha256: consent.sha256,
        likeness: consent.likeness,
        givenAt: consent.givenAt,
        withdrawnAt: consent.withdrawnAt,
        supersededBy: consent.supersededBy,
        pseudonymOf: await this.pseudonyms.open(),
      },
      now,
    );
    const claims = consentReceiptClaims.parse({ iss: publicUrl, iat: now, record });
    return issueConsentReceipt(claims, this.keys.signer('permit', now));
  }

  private async requireAuditor(caller: PersonPrincipal): Promise<void> {
    const { policy } = await readPolicyInForce(this.database.client);
    const auditors: readonly Role[] = policy.audit.consentReceipts;
    if (!caller.roles.some((held) => auditors.includes(held))) throw new ProblemError('not-found');
  }
}

function summarise(consent: ConsentRow) {
  const { id, sha256, avatarId, state, givenAt, withdrawnAt, statement, supersedes, supersededBy } = consent;
  const { notBefore, notAfter } = statement;
  return {
    id,
    sha256,
    avatar: avatarId,
    state,
    givenAt,
    withdrawnAt,
    terms: termsOf(statement),
    notBefore,
    notAfter,
    supersedes,
    supersededBy,
  };
}
