/** Why the gate is shut (DESIGN §10). A closed union: every value has a test that injects it in mid-stream. */
export const CLOSED_REASONS = [
  'no-permit',
  'permit-not-yet-valid',
  'permit-expired',
  'permit-revoked',
  'lease-lost',
  'status-unknown',
  'clock-jumped',
  'avatar-hash-mismatch',
  'no-face',
  'second-face',
  'wearer-mismatch',
  'wearer-unchecked',
  'mark-failed',
  'evidence-failed',
  'render-failed',
  /** The quality ladder has no rung left on which this machine keeps up. */
  'overloaded',
] as const;
export type ClosedReason = (typeof CLOSED_REASONS)[number];

/** What the slate tells the people in the meeting. No detail that would help an attacker or expose the wearer. */
export const SLATE_TEXT: Readonly<Record<ClosedReason, string>> = {
  'no-permit': 'No permission to show an avatar',
  'permit-not-yet-valid': 'Permission is not valid yet',
  'permit-expired': 'Permission has ended',
  'permit-revoked': 'Permission was withdrawn',
  'lease-lost': 'Connection to the authority lost',
  'status-unknown': 'Permission cannot be checked',
  'clock-jumped': 'Clock changed: checking again',
  'avatar-hash-mismatch': 'Avatar differs from the approved one',
  'no-face': 'Away',
  'second-face': 'More than one person in view',
  'wearer-mismatch': 'Another person in view',
  'wearer-unchecked': 'Checking who is in view',
  'mark-failed': 'Marking failed',
  'evidence-failed': 'Evidence cannot be kept',
  'render-failed': 'Rendering failed',
  overloaded: 'Computer too busy',
};
