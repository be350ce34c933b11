import type { ProblemCode } from '@guise/protocol';
import { RULES, type RuleId } from './rules.js';

/** Every way in which this library refuses. Made for `switch`; the codes are those of the HTTP interface. */
export const CONSENT_ERROR_CODES = [
  'bad-request',
  'forbidden',
  'not-found',
  'conflict',
  'rate-limited',
  'avatar-state',
  'source-face-missing',
  'bundle-face-mismatch',
  'bundle-face-owned-by-other',
  'statement-mismatch',
  'maker-is-checker',
  'not-the-subject',
  'already-decided',
  'permit-denied',
] as const satisfies readonly ProblemCode[];
export type ConsentErrorCode = (typeof CONSENT_ERROR_CODES)[number];

/** A decision against. It names the rule that decided, in words for people. */
export class ConsentError extends Error {
  override readonly name = 'ConsentError';
  readonly advice: string;
  constructor(
    readonly code: ConsentErrorCode,
    readonly rule: RuleId,
  ) {
    super(rule);
    this.advice = RULES[rule];
  }
}
