import type { Audience, ConsentScope, ConsentTerms, Purpose } from '@guise/protocol';
import type { RuleId } from './rules.js';

/** A wish to wear an avatar. */
export interface WearWish {
  readonly wearer: string;
  readonly purpose: Purpose;
  readonly audience: Audience;
  /** URL of the meeting, when it is for one. */
  readonly meeting?: string | null | undefined;
}

/** All terms of a consent: what it says first, and the further ones. */
export function termsOf(scope: ConsentScope): readonly ConsentTerms[] {
  const { wearers, purposes, audience, meetings, platforms, notBefore, notAfter } = scope;
  const first: ConsentTerms = {
    wearers,
    purposes,
    audience,
    ...(meetings === undefined ? {} : { meetings }),
    ...(platforms === undefined ? {} : { platforms }),
    notBefore,
    notAfter,
  };
  return [first, ...(scope.further ?? [])];
}

/** What of a wish these terms do not allow, their period aside. */
export function findUnmet(terms: ConsentTerms, wish: WearWish): readonly RuleId[] {
  const checks: readonly (readonly [RuleId, boolean])[] = [
    ['consent-names-wearer', terms.wearers.some((wearer) => wearer === wish.wearer)],
    ['consent-names-purpose', terms.purposes.includes(wish.purpose)],
    ['consent-names-audience', terms.audience.includes(wish.audience)],
    ['consent-names-meeting', allowsMeeting(terms, wish.meeting ?? null)],
  ];
  return checks.flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

export function isRunning(terms: Pick<ConsentTerms, 'notBefore' | 'notAfter'>, now: number): boolean {
  return terms.notBefore <= now && now < terms.notAfter;
}

function allowsMeeting({ meetings, platforms }: ConsentTerms, meeting: string | null): boolean {
  if (meetings !== undefined && (meeting === null || !meetings.includes(meeting))) return false;
  if (platforms === undefined) return true;
  const host = meeting === null ? null : hostOf(meeting);
  return host !== null && platforms.some((platform) => host === platform || host.endsWith(`.${platform}`));
}

/** Host of an https URL; null for whatever parsers could disagree about (user info, backslashes, escapes). */
function hostOf(url: string): string | null {
  return /^https:\/\/([a-z0-9.-]+)(?::\d+)?(?:[/?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? null;
}
