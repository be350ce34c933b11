import { z } from 'zod';

/** The transmitter of shared signals, as its operator configured it. Nothing of it is ever taken from a token. */
export interface SsfConfig {
  readonly issuer: string;
  /** Where its keys are (RFC 7517). */
  readonly jwksUrl: string;
  readonly audience: string;
  /** What it sends as `Authorization: Bearer …`. */
  readonly bearer: string;
}

const WITH = 'GUISE_SSF_ISSUER';

/** The variables of the shared-signals receiver, for the table of all of them. */
export const SSF_VARIABLES = {
  GUISE_SSF_ISSUER: {
    meaning:
      'Issuer of the security events (OpenID SSF 1.0, CAEP) that are received at /v1/shared-signals/events',
    example: 'https://signals.example.org',
    fallback: 'none are received',
  },
  GUISE_SSF_JWKS_URL: {
    meaning: 'Where that issuer publishes its keys; https except on this machine',
    example: 'https://signals.example.org/jwks.json',
    fallback: 'none',
  },
  GUISE_SSF_AUDIENCE: {
    meaning: 'Audience that the events are made for',
    example: 'https://guise.example.org',
    fallback: 'GUISE_PUBLIC_URL',
  },
  GUISE_SSF_BEARER: {
    meaning: 'Token that the transmitter sends with each delivery, of 32 characters at least',
    example: 'from-openssl-rand-hex-32',
    fallback: 'none',
  },
} as const;

/** Fields of the environment's schema. */
export const ssfEnvironment = {
  GUISE_SSF_ISSUER: z.string().max(500, 'is too long').refine(isSafeUrl, 'is not an https URL').optional(),
  GUISE_SSF_JWKS_URL: z
    .string()
    .max(500, 'is too long')
    .refine(isSafeUrl, 'is not an https URL (http only on localhost)')
    .optional(),
  GUISE_SSF_AUDIENCE: z.string().min(1, 'is empty').max(500, 'is too long').optional(),
  GUISE_SSF_BEARER: z
    .string()
    .regex(/^[A-Za-z0-9._~+/=-]{32,1000}$/, 'is not 32 to 1000 letters, digits and ._~+/=-')
    .optional(),
};
type Values = z.infer<z.ZodObject<typeof ssfEnvironment>>;

/** The variable that is missing beside the issuer, or null. */
export function missingSsfVariable(values: Values): keyof typeof SSF_VARIABLES | null {
  if (values[WITH] === undefined) return null;
  if (values.GUISE_SSF_JWKS_URL === undefined) return 'GUISE_SSF_JWKS_URL';
  return values.GUISE_SSF_BEARER === undefined ? 'GUISE_SSF_BEARER' : null;
}

/** @returns null when no transmitter is configured */
export function ssfConfigOf(values: Values, publicUrl: string): SsfConfig | null {
  const { GUISE_SSF_ISSUER: issuer, GUISE_SSF_JWKS_URL: jwksUrl, GUISE_SSF_BEARER: bearer } = values;
  if (issuer === undefined || jwksUrl === undefined || bearer === undefined) return null;
  return Object.freeze({ issuer, jwksUrl, bearer, audience: values.GUISE_SSF_AUDIENCE ?? publicUrl });
}

function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  if (username !== '' || password !== '' || hash !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  );
}
