import {
  personId,
  type AvatarKind,
  type AvatarState,
  type ConsentScope,
  type ConsentTerms,
  type PolicyDocument,
} from '@guise/protocol';
import type { Actor, AvatarCase } from './avatar-case.js';
import { CONSENT_MAX_SECONDS, supersededBy } from './decide-consent.js';
import { ConsentError } from './errors.js';
import type { RuleId } from './rules.js';

/** An unanswered request lapses after this. */
export const REQUEST_SECONDS = 14 * 24 * 3600;
const MAX_OPEN_REQUESTS = 10;
const AFTER_DECLINE_SECONDS = 7 * 24 * 3600;
/** Further terms a consent holds at most, as its statement. */
const MAX_FURTHER = 20;

/** States in which an avatar of the policy's kinds stands in the catalogue that everybody in the organisation sees. */
export const CATALOGUE_STATES: readonly AvatarState[] = ['awaiting-approval', 'active'];

/** A request as it is decided about. Times are Unix seconds. */
export interface RequestCase {
  readonly requester: string;
  readonly subject: string;
  readonly state: 'open' | 'accepted' | 'declined' | 'cancelled' | 'expired';
  readonly expiresAt: number;
  readonly wanted: Omit<ConsentTerms, 'wearers' | 'notBefore'>;
}

/** What a person asked for before. */
export interface RequestHistory {
  readonly open: number;
  /** When the subject last declined a request of this person for this avatar. */
  readonly declinedAt: number | null;
}

function isRequestable({ kind, state }: AvatarCase, policy: PolicyDocument): boolean {
  const listed: readonly AvatarKind[] = policy.catalogue;
  return listed.includes(kind) && CATALOGUE_STATES.includes(state);
}

/**
 * Decides whether a person may ask to wear an avatar.
 * @throws ConsentError `not-found` alike for avatars that do not exist and those that cannot be asked for
 */
export function decideRequest(
  avatar: AvatarCase | null,
  requester: Actor,
  notAfter: number,
  history: RequestHistory,
  policy: PolicyDocument,
  now: number,
): readonly RuleId[] {
  if (avatar === null || !isRequestable(avatar, policy))
    throw new ConsentError('not-found', 'requestable-avatar');
  if (requester.id === avatar.subject) throw new ConsentError('bad-request', 'requester-is-another');
  if (notAfter <= now || notAfter - now > CONSENT_MAX_SECONDS) {
    throw new ConsentError('bad-request', 'request-ends-in-time');
  }
  if (history.open >= MAX_OPEN_REQUESTS) throw new ConsentError('rate-limited', 'few-open-requests');
  if (history.declinedAt !== null && now - history.declinedAt < AFTER_DECLINE_SECONDS) {
    throw new ConsentError('rate-limited', 'no-pestering');
  }
  return [
    'requestable-avatar',
    'requester-is-another',
    'request-ends-in-time',
    'few-open-requests',
    'no-pestering',
  ];
}

/**
 * Decides whether this person may answer now: by declining, or by signing the consent that {@link scopeForRequest} offers.
 * @throws ConsentError
 */
export function decideRequestAnswer(request: RequestCase, subject: Actor, now: number): readonly RuleId[] {
  if (subject.id !== request.subject) throw new ConsentError('not-the-subject', 'subject-answers');
  requireOpen(request, now);
  return ['subject-answers', 'request-open'];
}

/** @throws ConsentError */
export function decideRequestCancel(request: RequestCase, requester: Actor, now: number): readonly RuleId[] {
  if (requester.id !== request.requester) throw new ConsentError('forbidden', 'requester-cancels');
  requireOpen(request, now);
  return ['requester-cancels', 'request-open'];
}

function requireOpen(request: RequestCase, now: number): void {
  if (request.state !== 'open' || now >= request.expiresAt) {
    throw new ConsentError('conflict', 'request-open');
  }
}

/**
 * The consent that a request asks for: the one in force with further terms for the requester, never longer than it is,
 * and nothing for anybody else. Without one in force, the requester's terms alone.
 * @returns a scope for the subject to read and sign; nothing is given by it
 */
export function scopeForRequest(avatar: AvatarCase, request: RequestCase, now: number): ConsentScope {
  const wanted: ConsentTerms = {
    ...request.wanted,
    wearers: [personId.parse(request.requester)],
    notBefore: now,
  };
  const [first, ...further] = supersededBy(avatar)?.terms ?? [];
  if (first === undefined) return wanted;
  const added = {
    ...wanted,
    notBefore: Math.max(now, first.notBefore),
    notAfter: Math.min(wanted.notAfter, first.notAfter),
  };
  const running = further.filter((terms) => now < terms.notAfter);
  if (running.length >= MAX_FURTHER) throw new ConsentError('conflict', 'few-further-terms');
  return { ...first, further: [...running, added] };
}
