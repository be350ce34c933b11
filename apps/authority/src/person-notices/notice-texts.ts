import type { PersonNoticeKind } from '@guise/protocol';

/** What a person is told, in plain words, with what to do when it was not them. */
export const NOTICE_TEXTS: Readonly<Record<PersonNoticeKind, string>> = {
  'passkey-added':
    'A passkey was added to your account. If this was not you, remove it on your account page and tell an admin.',
  'passkey-removed':
    'A passkey was removed from your account and every sign-in ended. If this was not you, tell an admin at once.',
  'roles-changed': 'You were given other roles. Your sign-ins ended; sign in again.',
  'identity-linked':
    'A sign-in of your organisation was linked to your account and can open it now. If this was not you, tell an admin at once.',
  'admin-requested':
    'An admin asks to make another person admin. It takes effect when a second admin approves it; any admin can cancel it.',
  'admin-granted':
    'A person became admin. If you know of no reason, look at the list of admin grants and tell the other admins at once.',
  'signal-received':
    'Your organisation’s identity system ended your sign-ins and running sessions. Sign in again; if you do not know why, ask it.',
  'key-rotated':
    'A new signing key of the authority was made. If no admin or operator you know of did this, look at the list of keys ' +
    'and tell the others at once.',
  'records-differ':
    'Records in the authority’s database are not what its ledger says: somebody changed them without the authority. Its log ' +
    'names them. Until this is understood, believe proofs only, and ask the operator who had access.',
  'notice-address-changed':
    'The address for notices about your account was changed or removed. If this was not you, sign in, set your own again, and ' +
    'tell an admin at once.',
  'recovery-requested':
    'An admin asks to recover this account, as if every passkey of it were lost. If you still have one, sign in and cancel.',
  'recovery-approved':
    'A second admin approved the recovery of this account. It can be used after 24 hours; until then, and until it is ' +
    'used, sign in and cancel it if you did not ask for it.',
  'recovery-cancelled': 'The recovery of this account was cancelled. Nothing was changed.',
  'recovery-completed':
    'This account was recovered: it has a new passkey, all earlier ones were removed, every sign-in ended and every paired ' +
    'device was unpaired. Pair your own again. If this was not you, tell an admin at once.',
};
