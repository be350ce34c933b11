import { z } from 'zod';

/** Environment variables of the metrics; see `config.ts`. */
export const METRICS_VARIABLES = {
  GUISE_METRICS_PORT: {
    meaning: 'TCP port of its own that serves Prometheus metrics at /metrics',
    example: '9464',
    fallback: 'no metrics are served',
  },
  GUISE_METRICS_HOST: {
    meaning: 'Address that this port listens on',
    example: '10.0.0.7',
    fallback: '127.0.0.1',
  },
  GUISE_METRICS_TOKEN: {
    meaning:
      'Bearer token that the scraper sends, of 32 characters at least; needed unless it listens on this machine only',
    example: '0123456789abcdef0123456789abcdef',
    fallback: 'none',
  },
} as const;

export const metricsEnvironment = {
  GUISE_METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, 'is not a port')
    .optional(),
  GUISE_METRICS_HOST: z.string().max(253, 'is too long').default('127.0.0.1'),
  GUISE_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, 'is not 32 to 200 printable characters')
    .optional(),
} as const;

/** Where metrics are served. */
export interface MetricsConfig {
  readonly host: string;
  readonly port: number;
  /** Null only on this machine. */
  readonly token: string | null;
}

type MetricsValues = z.infer<z.ZodObject<typeof metricsEnvironment>>;

const THIS_MACHINE: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** The variable that is missing, or null. */
export function missingMetricsVariable(values: MetricsValues): 'GUISE_METRICS_TOKEN' | null {
  const { GUISE_METRICS_PORT: port, GUISE_METRICS_HOST: host, GUISE_METRICS_TOKEN: token } = values;
  return port !== undefined && token === undefined && !THIS_MACHINE.includes(host)
    ? 'GUISE_METRICS_TOKEN'
    : null;
}

export function metricsConfigOf(values: MetricsValues): MetricsConfig | null {
  const { GUISE_METRICS_PORT: port, GUISE_METRICS_HOST: host, GUISE_METRICS_TOKEN: token } = values;
  return port === undefined ? null : { host, port, token: token ?? null };
}
