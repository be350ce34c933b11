import type { Verdict } from '@guise/protocol';
import type { CheckName } from '@guise/verification';

/** How a verdict is told to people who know nothing of marks and ledgers. */
export interface VerdictWords {
  readonly title: string;
  readonly meaning: string;
  /** Shown with the colour, because colour alone excludes readers. */
  readonly symbol: string;
}

export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  authorised: {
    title: 'Authorised',
    symbol: '✓',
    meaning:
      'The face shown is an approved avatar. Its owner had consented, it had been approved, and the wearer held a valid permit in the very seconds shown.',
  },
  'not-authorised': {
    title: 'Not authorised',
    symbol: '✗',
    meaning:
      'The material bears a genuine mark, but the permission behind it did not hold in the seconds shown.',
  },
  altered: {
    title: 'Altered',
    symbol: '≠',
    meaning: 'The material bears a genuine mark, but the picture is not the one that was rendered under it.',
  },
  unmarked: {
    title: 'Unmarked',
    symbol: '–',
    meaning: 'No mark of this organisation was found. That says nothing about where the material comes from.',
  },
  inconclusive: {
    title: 'Inconclusive',
    symbol: '?',
    meaning: 'There is not enough to decide: the material is too short, too damaged, or evidence is missing.',
  },
};

/** What each check of a proof establishes, in one sentence. */
export const CHECK_WORDS: Readonly<Record<CheckName, string>> = {
  'checkpoint-signature': 'The ledger itself signed the state that everything below is checked against',
  'checkpoint-pinned': 'That state continues the one this verifier has seen before',
  inclusion: 'Every record is in the ledger, at its place, unchanged',
  'session-record': 'The session named by the mark is on record',
  'permit-signature': 'The permits bear the signature of the authority',
  'permit-logged': 'The permits were logged when they were issued',
  'device-binding': 'The permits belong to the device that rendered',
  'device-pairing': "The device was paired by the wearer's own passkey",
  'consent-signature': "The face's owner signed the consent with a passkey",
  'consent-scope': 'Wearer, purpose, audience and time are within that consent',
  'approval-signatures': 'Each approver signed with a passkey',
  'approvals-sufficient':
    'As many persons approved as this kind of avatar needs, and none approved their own draft',
  'session-opening': 'The device committed to its marking keys before the first picture',
  'evidence-signatures': 'The device signed what it rendered, second by second, without a gap',
  'epoch-keys': 'The disclosed marking keys are those committed to',
  'disclosure-order': 'No marking key was disclosed before the evidence of its second was logged',
  'report-covered': 'Every second called authorised is covered by a record that holds',
  witnesses: 'Independent witnesses cosigned the state of the ledger as far as the policy asks',
};

export function utcTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
