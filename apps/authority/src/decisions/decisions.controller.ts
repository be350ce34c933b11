import { Controller, Get, Inject, Query } from '@nestjs/common';
import { RULES } from '@guise/consent';
import { listDecisions, readPolicyInForce, type Database } from '@guise/persistence';
import { decisionList, type Role } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';

const page = z.strictObject({
  of: z.enum(['me', 'all']).default('me'),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

@Controller('v1/decisions')
export class DecisionsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @Requires('signed-in')
  @Answers(
    200,
    decisionList,
    'Decisions the caller asked for or is the subject of; of all, for whom the policy allows',
  )
  async list(@CallingPerson() person: PersonPrincipal, @Query({ schema: page }) query: z.infer<typeof page>) {
    const { client } = this.database;
    if (query.of === 'all') await this.requireAuditor(person);
    const before = query.before === undefined ? null : BigInt(query.before);
    const whose = query.of === 'all' ? null : person.personId;
    const decisions = await listDecisions(client, whose, before, query.limit);
    const last = decisions.length === query.limit ? decisions.at(-1) : undefined;
    return {
      decisions: decisions.map((decision) => ({
        ...decision,
        id: String(decision.id),
        rules: decision.rules.map((code) => ({ code, message: wordsOf(code) })),
      })),
      next: last === undefined ? null : String(last.id),
    };
  }

  private async requireAuditor(person: PersonPrincipal): Promise<void> {
    const { policy } = await readPolicyInForce(this.database.client);
    const auditors: readonly Role[] = policy.audit.decisions;
    if (person.roles.some((held) => auditors.includes(held))) return;
    throw new ProblemError('forbidden', { detail: 'The policy lets others read the decisions about all.' });
  }
}

const WORDS: ReadonlyMap<string, string> = new Map(Object.entries(RULES));

/** Rules of other places (the device, the wearer's face) are known by their code alone. */
function wordsOf(code: string): string {
  return WORDS.get(code) ?? code;
}
