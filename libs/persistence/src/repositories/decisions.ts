import { decisionTopic, type DecisionTopic } from '@guise/protocol';
import type { Transaction } from '../database.js';

/** A decision as stored; `at` in Unix seconds. */
export interface DecisionRecord {
  readonly id: bigint;
  readonly at: number;
  readonly topic: DecisionTopic;
  readonly person: string;
  readonly avatar: string | null;
  readonly allowed: boolean;
  readonly rules: readonly string[];
  readonly policyVersion: number;
}

export async function insertDecision(tx: Transaction, decision: Omit<DecisionRecord, 'id'>): Promise<void> {
  const { at, topic, person, avatar, allowed, rules, policyVersion } = decision;
  const concerned =
    avatar === null
      ? null
      : await tx.avatar.findUnique({ where: { id: avatar }, select: { subjectId: true } });
  await tx.decision.create({
    data: {
      at: new Date(at * 1000),
      topic,
      personId: person,
      subjectId: concerned?.subjectId ?? null,
      avatarId: avatar,
      allowed,
      rules: [...rules],
      policyVersion,
    },
  });
}

/** Decisions that a person asked for or that are about their avatars, or all for null; newest first, before `before`. */
export async function listDecisions(
  tx: Transaction,
  personId: string | null,
  before: bigint | null,
  limit: number,
): Promise<readonly DecisionRecord[]> {
  const rows = await tx.decision.findMany({
    where: {
      ...(personId === null ? {} : { OR: [{ personId }, { subjectId: personId }] }),
      ...(before === null ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit,
  });
  return rows.map((row) => ({
    id: row.id,
    at: Math.floor(row.at.getTime() / 1000),
    topic: decisionTopic.parse(row.topic),
    person: row.personId,
    avatar: row.avatarId,
    allowed: row.allowed,
    rules: row.rules,
    policyVersion: row.policyVersion,
  }));
}

/** Destroys decisions made before a moment. */
export async function forgetDecisions(tx: Transaction, before: Date): Promise<number> {
  const { count } = await tx.decision.deleteMany({ where: { at: { lt: before } } });
  return count;
}
