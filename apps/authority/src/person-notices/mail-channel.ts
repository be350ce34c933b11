import { findNoticeAddress, type Transaction } from '@guise/persistence';
import { emailAddress, type PersonNoticeKind } from '@guise/protocol';
import { createTransport } from 'nodemailer';
import type { NoticeChannel, OutgoingNotice } from './notice-channel.js';
import type { SmtpConfig } from './smtp-variables.js';

export const MAIL_CHANNEL = 'mail';
const TIMEOUT_MS = 20_000;

/** Why a mail was not taken. Names no address and no word of the server: logs are not for them. */
export class MailError extends Error {
  override readonly name = 'MailError';
  constructor(
    /** nodemailer's own, or `address-refused`. */
    readonly code: string,
    /** SMTP's reply code, when the server gave one. */
    readonly reply: number | null,
  ) {
    super(`the mail was not taken: ${code}${reply === null ? '' : ` (${String(reply)})`}`);
  }
}

const SUBJECTS: Readonly<Record<PersonNoticeKind, string>> = {
  'passkey-added': 'A passkey was added to your account',
  'passkey-removed': 'A passkey was removed from your account',
  'roles-changed': 'Your roles were changed',
  'identity-linked': 'A sign-in was linked to your account',
  'admin-requested': 'An admin asks to make another person admin',
  'admin-granted': 'A person became admin',
  'signal-received': 'Your sign-ins were ended',
  'key-rotated': 'A new signing key was made',
  'records-differ': 'Records differ from the ledger',
  'notice-address-changed': 'The address for these notices was changed',
  'recovery-requested': 'Somebody asks to recover your account',
  'recovery-approved': 'The recovery of your account was approved',
  'recovery-cancelled': 'The recovery of your account was cancelled',
  'recovery-completed': 'Your account was recovered',
};

export interface MailOptions {
  readonly smtp: SmtpConfig;
  readonly organisation: string;
  /** PEM of the certificate authority to believe, instead of the usual ones. */
  readonly ca?: string;
}

/**
 * Notices by mail, over TLS of a server whose certificate holds. A mail has fixed words: no link that somebody could imitate, no
 * name, and nothing that anybody typed. The only code is the one that confirms the address it goes to.
 */
export function createMailChannel({ smtp, organisation, ca }: MailOptions): NoticeChannel & CodeSender {
  const { host, port, implicitTls, tlsRequired, login, from } = smtp;
  const transport = createTransport({
    ...{ host, port, secure: implicitTls, requireTLS: tlsRequired },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  const send = async (recipient: string, mail: Mail): Promise<void> => {
    // It was checked when it was stored; whoever edits the database still writes no header and no second recipient.
    const to = emailAddress.safeParse(recipient);
    if (!to.success) throw new MailError('address-refused', null);
    try {
      await transport.sendMail({
        envelope: { from, to: [to.data] },
        from: { name: 'Guise', address: from },
        to: { name: '', address: to.data },
        ...mail,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw toMailError(error);
    }
  };
  return {
    name: MAIL_CHANNEL,
    recipientOf: (tx: Transaction, person: string) => findNoticeAddress(tx, person),
    deliver: ({ id, recipient, kind, text }: OutgoingNotice) =>
      send(recipient, {
        messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
        subject: SUBJECTS[kind],
        text: noticeBody(text, organisation),
      }),
    sendCode: (recipient, code) =>
      send(recipient, { subject: 'Confirm this address', text: codeBody(code, organisation) }),
  };
}

type CodeSender = Required<Pick<NoticeChannel, 'sendCode'>>;

interface Mail {
  readonly messageId?: string;
  readonly subject: string;
  readonly text: string;
}

const noticeBody = (text: string, organisation: string): string =>
  `${text}

This concerns your account at ${organisation}. To look at it, sign in the way you always do. These notices have no links and no
codes, and nobody asks for a passkey or a code by mail.
`;

const codeBody = (code: string, organisation: string): string =>
  `Somebody who is signed in at ${organisation} wants notices about their account to come to this address. If that is you, type this
code on your account page, where you named the address:

    ${code}

It counts for 15 minutes, confirms this address and does nothing else. Tell it to nobody. If you asked for nothing, do nothing: no
notice comes here without it.
`;

function toMailError(error: unknown): MailError {
  const code: unknown = Reflect.get(Object(error), 'code');
  const reply: unknown = Reflect.get(Object(error), 'responseCode');
  return new MailError(
    typeof code === 'string' && /^[A-Z]{1,20}$/.test(code) ? code : 'unknown',
    typeof reply === 'number' ? reply : null,
  );
}
