/** Why somebody who came back from the provider is not signed in. */
export type RefusalCode =
  | 'not-begun'
  | 'provider-refused'
  | 'provider-unreachable'
  | 'answer-invalid'
  | 'not-active'
  | 'no-role'
  | 'not-known'
  | 'already-linked'
  | 'known-otherwise'
  | 'rate-limited'
  | 'internal';

/** A refusal that a page tells about; what the provider or an attacker wrote is never in it. */
export class OidcRefusal extends Error {
  override readonly name = 'OidcRefusal';
  constructor(
    readonly code: RefusalCode,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

export interface RefusalText {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

export const REFUSAL_TEXTS: Readonly<Record<RefusalCode, RefusalText>> = {
  'not-begun': {
    status: 400,
    title: 'This sign-in was not begun here',
    advice:
      'It was begun in another browser, is older than ten minutes, or was used already. Begin again from the sign-in page. ' +
      'If you followed a link that somebody sent you, do not trust it.',
  },
  'provider-refused': {
    status: 403,
    title: 'Your organisation’s sign-in said no',
    advice: 'You cancelled it, or it does not let you use this service. Try again, or ask whoever runs it.',
  },
  'provider-unreachable': {
    status: 502,
    title: 'Your organisation’s sign-in does not answer',
    advice: 'Try again in a moment, or sign in with a passkey.',
  },
  'answer-invalid': {
    status: 400,
    title: 'The answer of your organisation’s sign-in cannot be trusted',
    advice:
      'It is not for this sign-in, too old, or not properly signed. Begin again; if it happens again, tell an admin.',
  },
  'not-active': {
    status: 403,
    title: 'Your account is not active',
    advice: 'It was suspended, or you left the organisation. Ask an admin.',
  },
  'no-role': {
    status: 403,
    title: 'You have no role here',
    advice: 'Your organisation knows you, but gave you no part in this service. Ask an admin for one.',
  },
  'not-known': {
    status: 403,
    title: 'Nobody here is linked to this sign-in',
    advice: 'Sign in with your passkey and link it on your account page, or ask an admin for an invitation.',
  },
  'already-linked': {
    status: 409,
    title: 'This sign-in is linked to an account already',
    advice: 'One sign-in of your organisation is one person here. Ask an admin if that person should be you.',
  },
  'known-otherwise': {
    status: 403,
    title: 'Your organisation’s directory knows you, but not by this sign-in',
    advice: 'Your account may be suspended or ended, or is not linked to this sign-in yet. Ask an admin.',
  },
  'rate-limited': {
    status: 429,
    title: 'Signing in failed too often',
    advice: 'Wait a quarter of an hour, then try again.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    advice: 'Try again; if it persists, tell an admin the number below.',
  },
};
