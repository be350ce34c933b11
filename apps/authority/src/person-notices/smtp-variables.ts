import { emailAddress } from '@guise/protocol';
import { z } from 'zod';

/** The mail server that takes notices, as the operator configured it. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS. */
  readonly implicitTls: boolean;
  /** False on this machine only: nobody sits between. */
  readonly tlsRequired: boolean;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
}

/** The variables of notices by mail, for the table of all of them. */
export const SMTP_VARIABLES = {
  GUISE_SMTP_URL: {
    meaning:
      'Mail server for notices to persons about their own accounts: smtps://, or smtp:// with STARTTLS, which is optional on this machine only',
    example: 'smtps://guise:password@mail.example.org:465',
    fallback: 'notices are on the account page only',
  },
  GUISE_SMTP_FROM: {
    meaning: 'Address that notices come from',
    example: 'guise@example.org',
    fallback: 'none',
  },
} as const;

/** Fields of the environment's schema. */
export const smtpEnvironment = {
  GUISE_SMTP_URL: z
    .string()
    .max(1000, 'is too long')
    .refine((value) => parseServer(value) !== null, 'is not smtps://host:port or smtp://host:port')
    .optional(),
  GUISE_SMTP_FROM: emailAddress.optional(),
};
type Values = z.infer<z.ZodObject<typeof smtpEnvironment>>;

/** The variable that is missing beside the server, or null. */
export function missingSmtpVariable(values: Values): 'GUISE_SMTP_FROM' | null {
  return values.GUISE_SMTP_URL !== undefined && values.GUISE_SMTP_FROM === undefined
    ? 'GUISE_SMTP_FROM'
    : null;
}

/** @returns null when no mail is sent */
export function smtpConfigOf({ GUISE_SMTP_URL: url, GUISE_SMTP_FROM: from }: Values): SmtpConfig | null {
  const server = url === undefined ? null : parseServer(url);
  return server === null || from === undefined ? null : Object.freeze({ ...server, from });
}

function parseServer(value: string): Omit<SmtpConfig, 'from'> | null {
  if (!URL.canParse(value)) return null;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(value);
  const implicitTls = protocol === 'smtps:';
  if (!implicitTls && protocol !== 'smtp:') return null;
  if (hostname === '' || !['', '/'].includes(pathname) || search !== '' || hash !== '') return null;
  const user = decode(username);
  const secret = decode(password);
  if (user === null || secret === null || (user === '') !== (secret === '')) return null;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (implicitTls ? 465 : 587) : Number(port),
    implicitTls,
    tlsRequired: !['localhost', '127.0.0.1', '[::1]'].includes(hostname),
    login: user === '' ? null : { user, password: secret },
  };
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
