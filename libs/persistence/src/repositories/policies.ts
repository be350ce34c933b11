import { DEFAULT_POLICY, type PolicyInForce, type PolicyProposal } from '@guise/consent';
import { keptPolicyDocument, policyState, type PolicyDocument } from '@guise/protocol';
import type { Transaction } from '../database.js';
import type { StatementRecord } from './signatures.js';

/** A policy as stored. Times are Unix seconds. */
export interface PolicyRecord extends PolicyProposal {
  readonly version: number | null;
  readonly sha256: string | null;
  readonly proposedAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}

const IN_FORCE = 'policy';

/** The policy that holds now: the last one that two admins made, else the one shipped. */
export async function readPolicyInForce(tx: Transaction): Promise<PolicyInForce> {
  const row = await tx.policy.findUnique({ where: { inForce: IN_FORCE } });
  if (row === null) return { id: null, version: 0, sha256: null, policy: DEFAULT_POLICY };
  const { id, version, sha256, document } = row;
  if (version === null) throw new Error('a policy in force has a version');
  return { id, version, sha256, policy: keptPolicyDocument.parse(document) };
}

export async function insertPolicy(
  tx: Transaction,
  proposal: {
    readonly id: string;
    readonly policy: PolicyDocument;
    readonly proposedBy: string;
    readonly at: Date;
  },
): Promise<void> {
  const { id, policy, proposedBy, at } = proposal;
  await tx.policy.create({ data: { id, document: policy, proposedById: proposedBy, proposedAt: at } });
}

export async function findPolicy(tx: Transaction, id: string): Promise<PolicyRecord | null> {
  const row = await tx.policy.findUnique({ where: { id } });
  return row === null ? null : toPolicy(row);
}

/** Reads a proposal and keeps it from being decided otherwise until the transaction ends. */
export async function lockPolicy(tx: Transaction, id: string): Promise<PolicyRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "Policy" WHERE "id" = ${id} OR "inForce" = ${IN_FORCE} FOR UPDATE`;
  return findPolicy(tx, id);
}

/** Proposals and policies after `after` in the order of their ids. */
export async function listPolicies(
  tx: Transaction,
  after: string | null,
  limit: number,
): Promise<readonly PolicyRecord[]> {
  const rows = await tx.policy.findMany({
    where: after === null ? {} : { id: { gt: after } },
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(toPolicy);
}

/** Puts a proposal in force in place of the present policy. */
export async function enactPolicy(
  tx: Transaction,
  proposal: PolicyProposal,
  current: PolicyInForce,
  signed: StatementRecord & { readonly by: string; readonly at: Date },
): Promise<void> {
  await tx.policy.updateMany({ where: { inForce: IN_FORCE }, data: { state: 'superseded', inForce: null } });
  const { sha256, statement, assertion, credentialId, by, at } = signed;
  await tx.policy.update({
    where: { id: proposal.id },
    data: {
      state: 'in-force',
      inForce: IN_FORCE,
      version: current.version + 1,
      supersedesId: current.id,
      decidedById: by,
      decidedAt: at,
      sha256,
      statement,
      assertion,
      credentialId,
    },
  });
}

export async function rejectPolicy(tx: Transaction, id: string, by: string, at: Date): Promise<void> {
  await tx.policy.update({ where: { id }, data: { state: 'rejected', decidedById: by, decidedAt: at } });
}

function toPolicy(row: {
  readonly id: string;
  readonly document: unknown;
  readonly state: string;
  readonly version: number | null;
  readonly sha256: string | null;
  readonly proposedById: string;
  readonly proposedAt: Date;
  readonly decidedById: string | null;
  readonly decidedAt: Date | null;
}): PolicyRecord {
  return {
    id: row.id,
    policy: keptPolicyDocument.parse(row.document),
    state: policyState.parse(row.state),
    version: row.version,
    sha256: row.sha256,
    proposedBy: row.proposedById,
    proposedAt: toSeconds(row.proposedAt),
    decidedBy: row.decidedById,
    decidedAt: row.decidedAt === null ? null : toSeconds(row.decidedAt),
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
