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
import { describeDetection } from '../detect/describe.js';
import { parseClock } from '../detect/timeline.js';
import { detectLocally, readMarkingKey } from '../detect-locally.js';
import type { Progress } from '../output/output.js';

export interface DetectOptions {
  readonly authority?: string | undefined;
  readonly key?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
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
    .option('--from <time>', 'look at a part of it, closely (90, 1:30 or 1:02:30); with --key')
    .option('--to <time>', 'end of that part')
    .addHelpText(
      'after',
      `
With --key, every second of up to three minutes is looked at; of longer material one every so often (every five seconds of an
hour). The answer says for each second whether it was read, lies between two that were, or was not read, and where in the
picture each marked picture lies.

Exit code 0: marked. 52: no mark found.

Examples:
  $ guise detect recording.mp4 --authority https://guise.example.org
  $ guise detect frame.png --key marking.key --json
  $ guise detect meeting.mp4 --key marking.key --from 12:00 --to 14:00`,
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
  const local = options.key === undefined ? null : await detectHere(context, file, options.key, options);
  const found = local ?? (await askAuthority(context, file, options));
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
  for (const line of local === null ? [] : describeDetection(local)) context.output.explain(line);
  return found.marked ? EXIT_CODES.ok : EXIT_CODES.unmarked;
}

async function detectHere(context: CommandContext, file: string, keyFile: string, options: DetectOptions) {
  const key = await readMarkingKey(keyFile);
  const [from, to] = [timeOf('--from', options.from), timeOf('--to', options.to)];
  if (to !== undefined && to <= (from ?? 0)) throw new CliError('usage', '--to lies after --from');
  let bar: Progress | undefined;
  try {
    return await detectLocally(file, key, {
      from,
      to,
      signal: context.signal,
      onProgress(done, total) {
        bar ??= context.output.progress('looking for marks', total);
        bar.update(done);
      },
    });
  } finally {
    bar?.stop();
  }
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseClock(text);
  if (seconds === null) throw new CliError('usage', `${option} is a time such as 90, 1:30 or 1:02:30`);
  return seconds;
}

async function askAuthority(context: CommandContext, file: string, options: DetectOptions) {
  if (options.from !== undefined || options.to !== undefined)
    throw new CliError(
      'usage',
      '--from and --to need --key',
      'Or send the authority a cut of the recording.',
    );
  const paired = await loadPairing(context.config.home);
  const url = requireAuthorityUrl(context, options.authority ?? paired?.authority);
  return createPublicApi(createTransport({ baseUrl: url })).detect(await openAsBlob(file), basename(file));
}
