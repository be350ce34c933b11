import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createPublicApi, createTransport } from '@guise/api-client';
import type { Command } from 'commander';
import { requireAuthorityUrl } from '../authority.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT_CODES } from '../exit-codes.js';
import { loadPairing } from '../home/pairing-store.js';
import { detectLocally, readMarkingKey } from '../detect-locally.js';

export interface DetectOptions {
  readonly authority?: string | undefined;
  readonly key?: string | undefined;
}

export function registerDetect(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command('detect')
    .description('is this picture or clip marked by Guise? Names no person')
    .argument('<file>', 'picture or video')
    .option('--authority <url>', 'ask this authority, without signing in (default: the paired one)')
    .option(
      '--key <file>',
      "look here on this machine with the organisation's marking key (32 bytes, hex or base64url; mode 0600)",
    )
    .addHelpText(
      'after',
      `
Exit code 0: marked. 52: no mark found.

Examples:
  $ guise detect recording.mp4 --authority https://guise.example.org
  $ guise detect frame.png --key marking.key --json`,
    )
    .action(async (file: string, options: DetectOptions) => {
      exit(await detect(context, file, options));
    });
}

/** @returns exit code */
export async function detect(context: CommandContext, file: string, options: DetectOptions): Promise<number> {
  await stat(file).catch((cause: unknown) => {
    throw new CliError('badInput', `${file} cannot be read`, null, [], { cause });
  });
  const found =
    options.key === undefined
      ? await askAuthority(context, file, options)
      : await detectLocally(file, await readMarkingKey(options.key));
  const confidence =
    found.confidenceLog10 === null
      ? ''
      : ` (chance that unmarked material looks like this: 1e${found.confidenceLog10.toFixed(0)})`;
  const permitted =
    found.authorised === null ? '' : found.authorised ? ', and permitted' : ', but not permitted';
  context.output.say(
    { type: 'detection', ...found },
    found.marked ? `Marked${permitted}${confidence}.` : 'No Guise mark found.',
  );
  return found.marked ? EXIT_CODES.ok : EXIT_CODES.unmarked;
}

async function askAuthority(context: CommandContext, file: string, options: DetectOptions) {
  const paired = await loadPairing(context.config.home);
  const url = requireAuthorityUrl(context, options.authority ?? paired?.authority);
  return createPublicApi(createTransport({ baseUrl: url })).detect(await openAsBlob(file), basename(file));
}
