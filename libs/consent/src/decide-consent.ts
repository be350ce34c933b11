import type { ConsentScope, ConsentStatement, PolicyDocument } from '@guise/protocol';
import type { Actor, AvatarCase, ConsentRecord } from './avatar-case.js';
import { ConsentError } from './errors.js';
import type { RuleId } from './rules.js';
import { requireState, type Decision } from './decision.js';
import { requireKind, requirePolicyTerms } from './policy.js';
import { termsOf } from './terms.js';

/** 366 days: one year from any day. */
export const CONSENT_MAX_SECONDS = 366 * 24 * 3600;

/**
 * Decides whether the subject may be offered this scope for signing.
 * @throws ConsentError
 */
export function decideConsentOffer(
  avatar: AvatarCase,
  subject: Actor,
  scope: ConsentScope,
  policy: PolicyDocument,
  now: number,
): readonly RuleId[] {
  if (subject.id !== avatar.subject) throw new ConsentError('not-the-subject', 'subject-consents');
  requireState(avatar, ['awaiting-consent', 'awaiting-approval', 'active']);
  const wearers = termsOf(scope).flatMap((terms) => terms.wearers);
  if (avatar.kind === 'own-face' && wearers.some((wearer) => wearer !== avatar.subject)) {
    throw new ConsentError('bad-request', 'own-face-worn-by-owner');
  }
  requirePeriod(scope, now);
  requireKind(avatar.kind, policy);
  requirePolicyTerms(scope, policy);
  return [
    'subject-consents',
    'state-allows',
    'consent-period-at-most-one-year',
    'consent-not-over',
    'policy-allows-kind',
    'policy-allows-purposes',
    'policy-limits-period',
  ];
}

function requirePeriod(scope: ConsentScope, now: number): void {
  const { notBefore, notAfter } = scope;
  if (notAfter <= notBefore || notAfter - notBefore > CONSENT_MAX_SECONDS) {
    throw new ConsentError('bad-request', 'consent-period-at-most-one-year');
  }
  if (notAfter <= now) throw new ConsentError('bad-request', 'consent-not-over');
  const inside = termsOf(scope).every(
    (terms) => notBefore <= terms.notBefore && terms.notBefore < terms.notAfter && terms.notAfter <= notAfter,
  );
  if (!inside) throw new ConsentError('bad-request', 'further-terms-inside-period');
}

/** The consent that a new one replaces: the one in force, if any. */
export function supersededBy(avatar: AvatarCase): ConsentRecord | null {
  return avatar.consent?.state === 'given' ? avatar.consent : null;
}

/**
 * Decides what a signed consent does. It replaces the consent in force at once, and the approvals with it: an approval
 * is of exactly one consent, so an amended avatar waits for approval again. The signature itself is verified before
 * (libs/identity).
 * @throws ConsentError
 */
export function decideConsent(
  avatar: AvatarCase,
  signer: Actor,
  statement: ConsentStatement,
  statementSha256: string,
  policy: PolicyDocument,
  now: number,
): Decision<ConsentRecord> {
  const rules = decideConsentOffer(avatar, signer, statement, policy, now);
  if (statement.avatar !== avatar.id || statement.avatarSha256 !== avatar.sha256) {
    throw new ConsentError('statement-mismatch', 'statement-names-version');
  }
  if (statement.subject !== signer.id || statement.sourceFace !== avatar.sourceFace) {
    throw new ConsentError('statement-mismatch', 'statement-names-signer');
  }
  if ((statement.supersedes ?? null) !== (supersededBy(avatar)?.id ?? null)) {
    throw new ConsentError('statement-mismatch', 'statement-names-superseded');
  }
  const consent: ConsentRecord = {
    id: statement.id,
    sha256: statementSha256,
    state: 'given',
    terms: termsOf(statement),
    notBefore: statement.notBefore,
    notAfter: statement.notAfter,
  };
  return {
    made: consent,
    next: { ...avatar, consent, state: 'awaiting-approval' },
    rules: [...rules, 'statement-names-version', 'statement-names-signer', 'statement-names-superseded'],
  };
}

/**
 * Decides the subject's withdrawal: possible from every state that could lead to wearing, no reason needed, at once.
 * Before any consent it is the subject's refusal.
 * @throws ConsentError
 */
export function decideWithdrawal(avatar: AvatarCase, subject: Actor): Decision<null> {
  if (subject.id !== avatar.subject) throw new ConsentError('not-the-subject', 'subject-consents');
  requireState(avatar, ['awaiting-consent', 'awaiting-approval', 'active', 'suspended']);
  const consent = avatar.consent === null ? null : { ...avatar.consent, state: 'withdrawn' as const };
  return {
    made: null,
    next: { ...avatar, consent, state: 'withdrawn' },
    rules: ['subject-consents', 'state-allows'],
  };
}

/** What time does: a consent past its end expires, and with it the avatar. Null when nothing is due. */
export function decideExpiry(avatar: AvatarCase, now: number): Decision<null> | null {
  const consent = avatar.consent;
  if (consent?.state !== 'given' || now < consent.notAfter) return null;
  return {
    made: null,
    next: { ...avatar, consent: { ...consent, state: 'expired' }, state: 'expired' },
    rules: ['consent-not-over'],
  };
}
