import { Inject, Injectable } from '@nestjs/common';
import { ConsentError, type RuleId } from '@guise/consent';
import { insertDecision, readPolicyInForce, type Database, type Transaction } from '@guise/persistence';
import type { DecisionTopic, PolicyDocument } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** Who asked for a decision about what. */
export interface DecisionSubject {
  readonly topic: DecisionTopic;
  readonly person: string;
  readonly avatar?: string;
}

/** What a decision is made in: its transaction and the policy that holds. */
export interface DecisionRoom {
  readonly tx: Transaction;
  readonly policy: PolicyDocument;
  /** Tells the rules that allowed it; they are kept with what it changed. Without this nothing was decided. */
  readonly note: (rules: readonly RuleId[], avatar?: string) => void;
}

/** Keeps every decision with the rules that decided: one for, in its own transaction; one against, by itself. */
@Injectable()
export class Decisions {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Decides and changes in one transaction. */
  keep<T>(about: DecisionSubject, work: (room: DecisionRoom) => Promise<T>): Promise<T> {
    return this.keepRefusals(about, () =>
      this.database.transaction(async (tx) => {
        const { policy, version } = await readPolicyInForce(tx);
        const noted: { rules?: readonly RuleId[]; avatar?: string | undefined } = {};
        const note = (rules: readonly RuleId[], avatar?: string) => Object.assign(noted, { rules, avatar });
        const result = await work({ tx, policy, note });
        const subject = noted.avatar === undefined ? about : { ...about, avatar: noted.avatar };
        if (noted.rules !== undefined) await this.keepAllowed(tx, subject, noted.rules, version);
        return result;
      }),
    );
  }

  /** Asks whether something would be allowed; only a no is a decision. */
  check<T>(about: DecisionSubject, work: (policy: PolicyDocument) => T | Promise<T>): Promise<T> {
    return this.keepRefusals(about, async () => work((await readPolicyInForce(this.database.client)).policy));
  }

  async keepAllowed(
    tx: Transaction,
    about: DecisionSubject,
    rules: readonly string[],
    policyVersion: number,
  ): Promise<void> {
    await insertDecision(tx, this.recordOf(about, true, rules, policyVersion));
  }

  /** Runs work that may refuse, outside of any transaction: what it changed is undone before the refusal is kept. */
  async keepRefusals<T>(about: DecisionSubject, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const rules = rulesAgainst(error);
      if (rules !== null) {
        const { client } = this.database;
        const { version } = await readPolicyInForce(client);
        await insertDecision(client, this.recordOf(about, false, rules, version));
      }
      throw error;
    }
  }

  private recordOf(
    about: DecisionSubject,
    allowed: boolean,
    rules: readonly string[],
    policyVersion: number,
  ) {
    const { topic, person, avatar = null } = about;
    return { at: this.clock.nowSeconds(), topic, person, avatar, allowed, rules, policyVersion };
  }
}

function rulesAgainst(error: unknown): readonly string[] | null {
  if (error instanceof ConsentError) return [error.rule];
  if (error instanceof ProblemError && error.code === 'permit-denied') {
    return (error.extras.reasons ?? []).map(({ code }) => code);
  }
  return null;
}
