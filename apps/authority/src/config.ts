import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  METRICS_VARIABLES,
  metricsConfigOf,
  metricsEnvironment,
  missingMetricsVariable,
  type MetricsConfig,
} from './metrics/metrics-variables.js';
import { OIDC_VARIABLES, oidcConfigOf, oidcEnvironment, type OidcConfig } from './oidc/oidc-variables.js';
import {
  missingSmtpVariable,
  SMTP_VARIABLES,
  smtpConfigOf,
  smtpEnvironment,
  type SmtpConfig,
} from './person-notices/smtp-variables.js';
import {
  missingSsfVariable,
  SSF_VARIABLES,
  ssfConfigOf,
  ssfEnvironment,
  type SsfConfig,
} from './shared-signals/ssf-variables.js';

/** What one variable means, for the error message and the README's table. */
interface Variable {
  readonly meaning: string;
  readonly example: string;
  readonly fallback: string;
}

/** Every environment variable the authority reads. The README's table is tested against this. */
export const VARIABLES = {
  GUISE_DATA_DIR: {
    meaning: 'Folder of the keys, avatar bundles, ledger tiles and the embedded database',
    example: '/var/lib/guise',
    fallback: './data',
  },
  GUISE_MODELS_DIR: {
    meaning: 'Folder of the models that npm run models made',
    example: '/opt/guise/models',
    fallback: '.cache/models of the checkout',
  },
  DATABASE_URL: {
    meaning: 'PostgreSQL to use instead of the embedded database',
    example: 'postgresql://guise@db.internal:5432/guise',
    fallback: 'embedded database',
  },
  HOST: { meaning: 'Address to listen on', example: '0.0.0.0', fallback: '127.0.0.1' },
  PORT: { meaning: 'TCP port to listen on', example: '8080', fallback: '8080' },
  GUISE_PUBLIC_URL: {
    meaning: 'URL under which browsers and runtimes reach the authority; https except on this machine',
    example: 'https://guise.example.org',
    fallback: 'http://localhost:PORT',
  },
  GUISE_RP_ID: {
    meaning: 'WebAuthn relying party: the host of the public URL or a parent domain of it',
    example: 'example.org',
    fallback: 'host of GUISE_PUBLIC_URL',
  },
  GUISE_ORGANISATION: {
    meaning: 'Name shown in passkey prompts and notices',
    example: 'Example Ltd',
    fallback: 'Guise',
  },
  GUISE_LOG_LEVEL: {
    meaning: 'Least severe log level: fatal, error, warn, info, debug, trace or silent',
    example: 'info',
    fallback: 'info',
  },
  GUISE_TRUSTED_PROXIES: {
    meaning: 'Number of reverse proxies in front whose X-Forwarded-For is believed',
    example: '1',
    fallback: '0',
  },
  GUISE_RATE_LIMIT: {
    meaning: 'Requests per minute and client address; sign-in ceremonies get a tenth',
    example: '600',
    fallback: '600',
  },
  GUISE_SIGN_IN_IDLE_MINUTES: {
    meaning: 'Minutes without a request after which a sign-in ends',
    example: '30',
    fallback: '60',
  },
  GUISE_SIGN_IN_HOURS: {
    meaning: 'Hours after which a sign-in ends, used or not',
    example: '8',
    fallback: '8',
  },
  ...OIDC_VARIABLES,
  ...SSF_VARIABLES,
  ...SMTP_VARIABLES,
  ...METRICS_VARIABLES,
} as const satisfies Record<string, Variable>;
export type VariableName = keyof typeof VARIABLES;

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not between ${String(min)} and ${String(max)}`);

const MODELS_DIR = join(import.meta.dirname, '../../../.cache/models');

const environment = z.object({
  GUISE_DATA_DIR: z.string().min(1, 'is empty').max(4096, 'is too long').default('./data'),
  GUISE_MODELS_DIR: z.string().max(4096, 'is too long').default(MODELS_DIR),
  DATABASE_URL: z
    .string()
    .refine((value) => /^postgres(ql)?:$/.test(parseUrl(value)?.protocol ?? ''), 'is not a PostgreSQL URL')
    .optional(),
  HOST: z.string().min(1, 'is empty').max(253, 'is too long').default('127.0.0.1'),
  PORT: integer(0, 65_535).default(8080),
  GUISE_PUBLIC_URL: z.string().refine(isPublicUrl, 'is not an https URL (http only on localhost)').optional(),
  GUISE_RP_ID: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'is not a domain')
    .optional(),
  GUISE_ORGANISATION: z.string().trim().min(1, 'is empty').max(120, 'is too long').default('Guise'),
  GUISE_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is not a log level')
    .default('info'),
  GUISE_TRUSTED_PROXIES: integer(0, 10).default(0),
  GUISE_RATE_LIMIT: integer(1, 1_000_000).default(600),
  GUISE_SIGN_IN_IDLE_MINUTES: integer(1, 720).default(60),
  GUISE_SIGN_IN_HOURS: integer(1, 24).default(8),
  ...oidcEnvironment,
  ...ssfEnvironment,
  ...smtpEnvironment,
  ...metricsEnvironment,
});

export interface AuthorityConfig {
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly databaseUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Origin of the public URL without a trailing slash; also the permits' issuer. */
  readonly publicUrl: string;
  readonly rpId: string;
  readonly organisation: string;
  readonly logLevel: z.infer<typeof environment>['GUISE_LOG_LEVEL'];
  readonly trustedProxies: number;
  readonly rateLimitPerMinute: number;
  readonly signInIdleMinutes: number;
  readonly signInHours: number;
  /** Null: people sign in with passkeys only. */
  readonly oidc: OidcConfig | null;
  /** Null: no security events are received. */
  readonly ssf: SsfConfig | null;
  /** Null: notices to persons are in their list only. */
  readonly smtp: SmtpConfig | null;
  /** Null: no metrics are served. */
  readonly metrics: MetricsConfig | null;
}

/** A variable the authority cannot start with. The message never holds its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly variable: VariableName,
    reason: string,
  ) {
    super(
      `${variable} ${reason}. It is: ${VARIABLES[variable].meaning}. Example: ${variable}=${VARIABLES[variable].example}`,
    );
  }
}

/**
 * Parses the environment. Empty variables count as unset.
 * @throws ConfigError naming the first variable that is wrong
 */
export function parseConfig(variables: Readonly<Record<string, string | undefined>>): AuthorityConfig {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environment.safeParse(present);
  if (!result.success) throw firstProblem(result.error);
  const values = result.data;
  if (values.PORT === 0 && values.GUISE_PUBLIC_URL === undefined) {
    throw new ConfigError('GUISE_PUBLIC_URL', 'is needed when PORT is 0');
  }
  const publicUrl = new URL(values.GUISE_PUBLIC_URL ?? `http://localhost:${String(values.PORT)}`);
  const rpId = values.GUISE_RP_ID ?? publicUrl.hostname;
  if (publicUrl.hostname !== rpId && !publicUrl.hostname.endsWith(`.${rpId}`)) {
    throw new ConfigError('GUISE_RP_ID', 'is neither the host of GUISE_PUBLIC_URL nor a parent domain of it');
  }
  if (values.GUISE_OIDC_ISSUER !== undefined && values.GUISE_OIDC_CLIENT_ID === undefined) {
    throw new ConfigError('GUISE_OIDC_CLIENT_ID', 'is needed with GUISE_OIDC_ISSUER');
  }
  const missing = missingSsfVariable(values);
  if (missing !== null) throw new ConfigError(missing, 'is needed with GUISE_SSF_ISSUER');
  const sender = missingSmtpVariable(values);
  if (sender !== null) throw new ConfigError(sender, 'is needed with GUISE_SMTP_URL');
  const scraper = missingMetricsVariable(values);
  if (scraper !== null) throw new ConfigError(scraper, 'is needed with this GUISE_METRICS_HOST');
  return Object.freeze({
    dataDir: resolve(values.GUISE_DATA_DIR),
    modelsDir: resolve(values.GUISE_MODELS_DIR),
    databaseUrl: values.DATABASE_URL,
    host: values.HOST,
    port: values.PORT,
    publicUrl: publicUrl.origin,
    rpId,
    organisation: values.GUISE_ORGANISATION,
    logLevel: values.GUISE_LOG_LEVEL,
    trustedProxies: values.GUISE_TRUSTED_PROXIES,
    rateLimitPerMinute: values.GUISE_RATE_LIMIT,
    signInIdleMinutes: values.GUISE_SIGN_IN_IDLE_MINUTES,
    signInHours: values.GUISE_SIGN_IN_HOURS,
    oidc: oidcConfigOf(values),
    ssf: ssfConfigOf(values, publicUrl.origin),
    smtp: smtpConfigOf(values),
    metrics: metricsConfigOf(values),
  });
}

/** The configuration of this process: the only place that reads `process.env`. */
export function readConfig(): AuthorityConfig {
  return parseConfig(process.env);
}

function firstProblem(error: z.ZodError): Error {
  const issue = error.issues[0];
  const name = issue?.path[0];
  return isVariable(name)
    ? new ConfigError(name, issue?.message ?? 'is wrong')
    : new Error('the environment is wrong');
}

function isVariable(name: PropertyKey | undefined): name is VariableName {
  return typeof name === 'string' && name in VARIABLES;
}

function isPublicUrl(value: string): boolean {
  const url = parseUrl(value);
  if (url?.username !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  );
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
