import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AUTHORITY_ADDRESS_RULE, isSafeAuthorityAddress } from './authority-address.js';
import { CliError } from './cli-error.js';

/** Environment variables of the client; this file is the only reader of `process.env` in it. */
const environment = z.object({
  GUISE_HOME: z.string().min(1).optional(),
  XDG_CONFIG_HOME: z.string().min(1).optional(),
  APPDATA: z.string().min(1).optional(),
  GUISE_AUTHORITY: z.string().refine(isSafeAuthorityAddress, AUTHORITY_ADDRESS_RULE).optional(),
  GUISE_MODELS: z.string().min(1).optional(),
  NO_COLOR: z.string().optional(),
});

/** Passed on to the authority that the demo starts: where programs are, and nothing else. */
const PASSED_ON = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'GUISE_FFMPEG', 'GUISE_FFPROBE'] as const;

const EXAMPLES: Readonly<Record<string, string>> = {
  GUISE_AUTHORITY: 'https://guise.example.org',
  GUISE_HOME: '/home/alex/.config/guise',
};

export interface ClientConfig {
  /** Where the device key, the pairing and the pins are kept. */
  readonly home: string;
  /** Default of `--authority`. */
  readonly authority: string | null;
  /** Folder of the .onnx models. */
  readonly modelsDir: string;
  readonly colour: boolean;
  /** Environment of programs that this one starts. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** Root of the installation: models, the built authority and sample media are found from here. */
  readonly root: string;
}

/**
 * @throws CliError `usage`, naming the variable and an example, never its value
 */
export function parseClientConfig(
  env: Readonly<Record<string, string | undefined>>,
  root: string,
): ClientConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'environment');
    throw new CliError(
      'usage',
      `${name} is set to something unusable`,
      `${name === 'GUISE_AUTHORITY' ? `${AUTHORITY_ADDRESS_RULE} ` : ''}Example: ${name}=${EXAMPLES[name] ?? '…'}`,
    );
  }
  const { GUISE_HOME, XDG_CONFIG_HOME, APPDATA, GUISE_AUTHORITY, GUISE_MODELS, NO_COLOR } = parsed.data;
  const configDir = XDG_CONFIG_HOME ?? APPDATA ?? join(homedir(), '.config');
  return Object.freeze({
    home: resolve(GUISE_HOME ?? join(configDir, 'guise')),
    authority: GUISE_AUTHORITY ?? null,
    modelsDir: resolve(GUISE_MODELS ?? join(root, '.cache', 'models')),
    colour: (NO_COLOR ?? '') === '',
    childEnvironment: Object.fromEntries(
      PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    root,
  });
}
