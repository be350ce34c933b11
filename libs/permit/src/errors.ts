/** Every reason to refuse a token or a proof. Made for `switch`; codes are never renamed. */
export const PERMIT_ERROR_CODES = [
  'malformed',
  'algorithm',
  'type',
  'header',
  'unknown-key',
  'key-ended',
  'key-compromised',
  'key-malformed',
  'signature',
  'claims',
  'issuer',
  'audience',
  'not-yet-valid',
  'expired',
  'lifetime',
  'key-mismatch',
  'avatar-mismatch',
  'purpose-mismatch',
  'meeting-mismatch',
  'proof-target',
  'proof-age',
  'proof-nonce',
  'proof-token',
  'status-subject',
  'status-size',
  'status-index',
] as const;
export type PermitErrorCode = (typeof PERMIT_ERROR_CODES)[number];

const ADVICE: Record<PermitErrorCode, string> = {
  malformed: 'this is not a signed token: ask the authority for a new one',
  algorithm: 'only ES256 signatures are accepted',
  type: 'this token was made for another use: present the kind that is asked for',
  header: 'the token header carries a parameter that is not accepted',
  'unknown-key': 'the signing key is not among the pinned keys: refresh the trust root from your authority',
  'key-ended':
    'the key that signed this was not in use at that time: do not trust it, and tell your authority',
  'key-compromised': 'the key that signed this was in other hands: ask the authority for a new one',
  'key-malformed': 'the key is not a P-256 public key',
  signature: 'the signature is wrong: the token was altered or signed by someone else',
  claims: 'the token does not hold the claims it needs: ask the authority for a new one',
  issuer: 'the token is from another authority',
  audience: 'the token is not meant for this program',
  'not-yet-valid': 'the token is from the future: set the clock of this machine right',
  expired: 'the token has ended: ask for a new one',
  lifetime: 'the token would live longer than allowed',
  'key-mismatch': 'the token belongs to another device: ask for one with this device',
  'avatar-mismatch': 'the permit is for another avatar bundle, or the bundle was altered',
  'purpose-mismatch': 'the permit is for another purpose: ask for one that names yours',
  'meeting-mismatch': 'the permit is for another meeting: ask for one that names yours',
  'proof-target': 'the proof was made for another request',
  'proof-age': 'the proof is too old or from the future: make one per request and set the clock right',
  'proof-nonce': 'the proof lacks the nonce that the server gave: repeat the request with it',
  'proof-token': 'the proof was made for another access token',
  'status-subject': 'the status list is not the one that the permit names',
  'status-size': 'the status list is larger than a list can be',
  'status-index': 'the status list has no entry for the permit',
};

/** The one error this library throws. Messages tell what to do and never hold a token or a key. */
export class PermitError extends Error {
  override readonly name = 'PermitError';

  constructor(readonly code: PermitErrorCode) {
    super(ADVICE[code]);
  }
}
