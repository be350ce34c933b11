import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { LedgerPayloadOf } from '@guise/ledger';
import type { AuthenticPermit } from '@guise/permit';
import {
  approvalStatement,
  consentStatement,
  type ApprovalStatement,
  type ConsentStatement,
  type EvidenceSegment,
} from '@guise/protocol';
import type { z } from 'zod';
import { entriesOf, type LoggedEntry } from './bundle.js';
import { requireThat } from './checklist.js';

/** The logged entries that tell one session, sorted out by kind. */
export interface SessionStory {
  readonly opened: LoggedEntry<LedgerPayloadOf<'session-opened'>>;
  readonly permits: readonly LoggedEntry<LedgerPayloadOf<'permit'>>[];
  readonly evidence: readonly LoggedEntry<LedgerPayloadOf<'evidence'>>[];
  readonly disclosures: readonly LoggedEntry<LedgerPayloadOf<'key-disclosure'>>[];
  readonly devices: readonly LoggedEntry<LedgerPayloadOf<'device'>>[];
  readonly passkeys: readonly LoggedEntry<LedgerPayloadOf<'passkey'>>[];
  readonly consents: readonly LoggedEntry<LedgerPayloadOf<'consent-given'>>[];
  readonly withdrawals: readonly LoggedEntry<LedgerPayloadOf<'consent-withdrawn'>>[];
  readonly approvals: readonly LoggedEntry<LedgerPayloadOf<'approval'>>[];
  readonly avatarStates: readonly LoggedEntry<LedgerPayloadOf<'avatar-state'>>[];
}

/** A permit of the bundle with the ledger entry that records it. */
export interface LoggedPermit {
  readonly permit: AuthenticPermit;
  readonly entry: LoggedEntry<LedgerPayloadOf<'permit'>>;
}

/** A consent or approval with the text that was signed. */
export interface SignedDecision<E extends 'consent-given' | 'approval', S> {
  readonly entry: LoggedEntry<LedgerPayloadOf<E>>;
  readonly statement: S;
  /** SHA-256 of the signed text, hexadecimal: how permits name it. */
  readonly sha256: string;
}
export type SignedConsent = SignedDecision<'consent-given', ConsentStatement>;
export type SignedApproval = SignedDecision<'approval', ApprovalStatement>;

/** Evidence whose device signature was verified. */
export interface SignedEvidence {
  readonly index: number;
  readonly segment: EvidenceSegment;
}

export function collectStory(entries: readonly LoggedEntry[], sessionNumber: number): SessionStory {
  const opened = entriesOf(entries, 'session-opened').filter(
    ({ payload }) => payload.sessionNumber === sessionNumber,
  );
  const [only] = opened;
  requireThat(
    only !== undefined && opened.length === 1,
    'the bundle must hold exactly one opening of this session',
  );
  const { session } = only.payload;
  const ofSession = ({ payload }: { readonly payload: { readonly session: string } }): boolean =>
    payload.session === session;
  return {
    opened: only,
    permits: entriesOf(entries, 'permit').filter(ofSession),
    evidence: entriesOf(entries, 'evidence').filter(ofSession),
    disclosures: entriesOf(entries, 'key-disclosure').filter(ofSession),
    devices: entriesOf(entries, 'device'),
    passkeys: entriesOf(entries, 'passkey'),
    consents: entriesOf(entries, 'consent-given'),
    withdrawals: entriesOf(entries, 'consent-withdrawn'),
    approvals: entriesOf(entries, 'approval'),
    avatarStates: entriesOf(entries, 'avatar-state'),
  };
}

export function readConsents(story: SessionStory): SignedConsent[] {
  return story.consents.map((entry) => ({
    entry,
    ...readStatement(entry.payload.statement, consentStatement),
  }));
}

export function readApprovals(story: SessionStory): SignedApproval[] {
  return story.approvals.map((entry) => ({
    entry,
    ...readStatement(entry.payload.statement, approvalStatement),
  }));
}

/** Parses a signed text strictly; its hash is taken over the bytes as they were signed. */
export function readStatement<T>(bytes: Uint8Array, schema: z.ZodType<T>): { statement: T; sha256: string } {
  const parsed = schema.safeParse(parseJson(bytes));
  requireThat(parsed.success, 'a signed statement is not of the form it should have');
  return { statement: parsed.data, sha256: bytesToHex(sha256(bytes)) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
