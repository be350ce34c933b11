import type { ProblemCode } from '@guise/protocol';

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What to do next, when the thrower says nothing better. */
  readonly advice: string;
}

/** The one place that gives a problem code its HTTP status and words. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  'bad-request': {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in errors.',
  },
  'payload-too-large': { status: 413, title: 'The request is too large', advice: 'Send less.' },
  'unsupported-media': {
    status: 415,
    title: 'The content type is not accepted',
    advice: 'Send the type the API documents.',
  },
  unauthenticated: {
    status: 401,
    title: 'Sign in first',
    advice: 'Sign in with a passkey and send its token.',
  },
  forbidden: { status: 403, title: 'Not allowed', advice: 'Ask someone who has the role for this.' },
  'not-found': { status: 404, title: 'Not found', advice: 'Check the address and the id.' },
  conflict: {
    status: 409,
    title: 'This conflicts with what is stored',
    advice: 'Read the current state and try again.',
  },
  'rate-limited': { status: 429, title: 'Too many requests', advice: 'Wait as long as Retry-After says.' },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    advice: 'Try again; if it persists, report the traceId.',
  },
  'storage-full': {
    status: 507,
    title: 'The disk of the authority is full',
    advice: 'Nothing was stored. Tell whoever runs the authority, then send it again.',
  },
  'not-ready': { status: 503, title: 'Not ready', advice: 'Try again in a moment.' },
  'invitation-invalid': {
    status: 403,
    title: 'The invitation is not valid',
    advice: 'Ask an admin for a new one.',
  },
  'challenge-invalid': {
    status: 400,
    title: 'The challenge is used up or expired',
    advice: 'Start again for a new one.',
  },
  'assertion-invalid': {
    status: 403,
    title: 'The passkey signature is not valid',
    advice: 'Use a passkey registered here, with user verification.',
  },
  'passkey-cloned': {
    status: 403,
    title: 'This passkey was copied',
    advice: 'It is locked. Use another passkey and tell an admin.',
  },
  'last-passkey': {
    status: 409,
    title: 'This is the only passkey left',
    advice: 'Add another passkey first, then remove this one.',
  },
  // RFC 9470: the sign-in holds, its last user verification is too old for this.
  'step-up-required': {
    status: 401,
    title: 'Verify yourself again first',
    advice: 'Answer POST /v1/step-up/options with your passkey, then send this again.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request did not come from a page of this authority',
    advice: 'Send it from a page under the public URL, with the X-CSRF-Token of GET /v1/sign-ins/current.',
  },
  'device-pending': {
    status: 400,
    title: 'The device is not confirmed yet',
    advice: 'Poll again after the interval.',
  },
  'device-denied': { status: 403, title: 'The device was refused', advice: 'Start pairing again.' },
  'device-expired': { status: 400, title: 'The pairing has expired', advice: 'Start pairing again.' },
  'device-revoked': {
    status: 403,
    title: 'The device is revoked',
    advice: 'Pair it again with guise login.',
  },
  'dpop-invalid': {
    status: 401,
    title: 'The DPoP proof is not valid',
    advice: 'Sign a fresh proof for this method and address with the device key.',
  },
  'dpop-replayed': {
    status: 401,
    title: 'The DPoP proof was used before',
    advice: 'Sign a fresh proof for every request.',
  },
  'dpop-nonce-required': {
    status: 401,
    title: 'The DPoP proof needs the server nonce',
    advice: 'Repeat with the nonce of the DPoP-Nonce header.',
  },
  'capture-unreadable': {
    status: 422,
    title: 'The capture cannot be read as a video',
    advice: 'Record it again as MP4 or WebM.',
  },
  'enrolment-rejected': {
    status: 422,
    title: 'The capture does not show a live person clearly',
    advice: 'See reasons, then record again.',
  },
  'source-face-missing': {
    status: 409,
    title: 'This person has no source face',
    advice: 'Enrol the face first.',
  },
  'source-face-owned-by-other': {
    status: 409,
    title: 'This face belongs to someone else',
    advice: 'Ask an admin to review the case.',
  },
  'bundle-invalid': {
    status: 422,
    title: 'The avatar bundle is not valid',
    advice: 'Build it again with guise avatar build.',
  },
  'bundle-face-mismatch': {
    status: 422,
    title: 'The picture does not show the subject',
    advice: 'Use a picture of the subject named.',
  },
  'bundle-face-owned-by-other': {
    status: 422,
    title: 'The picture shows a registered person',
    advice: 'Declare it as a likeness of that person.',
  },
  'avatar-state': {
    status: 409,
    title: 'The avatar is not in a state for this',
    advice: 'Read the avatar to see what it waits for.',
  },
  'statement-mismatch': {
    status: 422,
    title: 'The signed text is not the offered one',
    advice: 'Sign exactly the text that was offered.',
  },
  'statement-expired': {
    status: 422,
    title: 'The offer has expired',
    advice: 'Ask for a new offer and sign that.',
  },
  'maker-is-checker': {
    status: 403,
    title: 'Whoever made it cannot approve it',
    advice: 'Another admin must decide.',
  },
  'not-the-subject': {
    status: 403,
    title: 'Only the subject can do this',
    advice: 'The person shown must sign in.',
  },
  'already-decided': { status: 409, title: 'You decided this already', advice: 'Another admin must decide.' },
  'permit-denied': { status: 403, title: 'No permit for this', advice: 'See reasons.' },
  'session-closed': { status: 409, title: 'The session is closed', advice: 'Open a new one.' },
  'session-mismatch': {
    status: 403,
    title: 'The session belongs to something else',
    advice: 'Use the session of this device and avatar.',
  },
  'evidence-invalid': {
    status: 422,
    title: 'The evidence is not valid',
    advice: 'Sign the segment with the session’s device key.',
  },
  'evidence-out-of-order': {
    status: 409,
    title: 'The evidence does not follow the last segment',
    advice: 'Send the segments in order.',
  },
  'key-too-early': {
    status: 409,
    title: 'Too early to disclose this key',
    advice: 'Wait until its evidence is in a checkpoint.',
  },
  'key-invalid': {
    status: 422,
    title: 'The key is not of the session’s chain',
    advice: 'Send the key of that epoch.',
  },
  'media-unreadable': {
    status: 422,
    title: 'The file cannot be read as picture or video',
    advice: 'Check that it plays elsewhere.',
  },
  'media-too-large': { status: 413, title: 'The file is too large', advice: 'Send a shorter cut.' },
  'verification-lost': {
    status: 410,
    title: 'The verification ended without a report',
    advice: 'The authority was restarted while the file was read. Submit the file again.',
  },
  'records-erased': {
    status: 410,
    title: 'The records were erased with the person they are about',
    advice: 'Nobody can prove any more what they said. What you downloaded before still verifies.',
  },
  'idempotency-in-progress': {
    status: 409,
    title: 'The first request with this idempotency key is still being carried out',
    advice: 'Send the same request again in a second.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another request',
    advice: 'Use a new key for every new request; repeat a key only with the very same request.',
  },
  'idempotency-answer-lost': {
    status: 409,
    title: 'The request was carried out, and its answer was lost',
    advice: 'Look what is there before you send it with a new key: something may have been stored.',
  },
};
