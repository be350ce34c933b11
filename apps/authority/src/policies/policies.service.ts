import { Inject, Injectable } from '@nestjs/common';
import { decidePolicy, decidePolicyOffer, decideProposal } from '@guise/consent';
import {
  enactPolicy,
  findPolicy,
  insertPolicy,
  LedgerOutbox,
  listPolicies,
  lockPolicy,
  readPolicyInForce,
  rejectPolicy,
  type Database,
  type PolicyRecord,
} from '@guise/persistence';
import { personId, policyStatement, type PolicyDocument, type SignedStatement } from '@guise/protocol';
import { actorOf } from '../avatars/consents.service.js';
import { Decisions } from '../decisions/decisions.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService } from '../passkeys/statements.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';

/** The organisation's own rules: proposed by one admin, in force when another signs the whole text with a passkey. */
@Injectable()
export class PoliciesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly decisions: Decisions,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly ledger: LedgerOutbox,
  ) {}

  inForce() {
    return readPolicyInForce(this.database.client);
  }

  async list(after: string | null, limit: number) {
    const policies = await listPolicies(this.database.client, after, limit);
    const last = policies.length === limit ? policies.at(-1) : undefined;
    return { policies, next: last?.id ?? null };
  }

  propose(admin: PersonPrincipal, policy: PolicyDocument): Promise<PolicyRecord> {
    const id = this.random.id('policy');
    return this.decisions.keep(aboutPolicy(admin), async ({ tx, note }) => {
      note(decideProposal(actorOf(admin)));
      await insertPolicy(tx, { id, policy, proposedBy: admin.personId, at: this.clock.now() });
      return requirePolicy(await findPolicy(tx, id));
    });
  }

  /** The whole new policy as the text that the approving admin signs. */
  async offer(admin: PersonPrincipal, id: string) {
    const { client } = this.database;
    const proposal = requirePolicy(await findPolicy(client, id));
    await this.decisions.check(aboutPolicy(admin), () => decidePolicyOffer(proposal, actorOf(admin)));
    const current = await readPolicyInForce(client);
    return this.statements.offer('policy', admin.personId, id, {
      type: 'guise.policy.v1',
      id,
      version: current.version + 1,
      supersedes: current.id,
      policy: proposal.policy,
      proposedBy: proposal.proposedBy,
      approver: admin.personId,
      issuedAt: this.clock.nowSeconds(),
      nonce: this.random.token(),
    });
  }

  async approve(admin: PersonPrincipal, id: string, signed: SignedStatement): Promise<PolicyRecord> {
    const verified = await this.statements.verify('policy', admin.personId, id, signed);
    const statement = policyStatement.parse(JSON.parse(verified.statement));
    return this.decisions.keep(aboutPolicy(admin), async ({ tx, note }) => {
      const proposal = requirePolicy(await lockPolicy(tx, id));
      const current = await readPolicyInForce(tx);
      note(decidePolicy(proposal, actorOf(admin), statement, current));
      await this.passkeyUse.advance(tx, verified.verified);
      await enactPolicy(tx, proposal, current, { ...verified, by: admin.personId, at: this.clock.now() });
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'policy',
        at: this.clock.nowSeconds(),
        policy: statement.id,
        version: statement.version,
        proposedBy: statement.proposedBy,
        person: personId.parse(admin.personId),
        ...verified.evidence,
      });
      return requirePolicy(await findPolicy(tx, id));
    });
  }

  reject(admin: PersonPrincipal, id: string): Promise<PolicyRecord> {
    return this.decisions.keep(aboutPolicy(admin), async ({ tx, note }) => {
      const proposal = requirePolicy(await lockPolicy(tx, id));
      note(decidePolicyOffer(proposal, actorOf(admin)));
      await rejectPolicy(tx, id, admin.personId, this.clock.now());
      return requirePolicy(await findPolicy(tx, id));
    });
  }
}

const aboutPolicy = (admin: PersonPrincipal) => ({ topic: 'policy', person: admin.personId }) as const;

function requirePolicy(policy: PolicyRecord | null): PolicyRecord {
  if (policy === null) throw new ProblemError('not-found');
  return policy;
}
