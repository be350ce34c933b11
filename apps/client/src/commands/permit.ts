import { audience as audienceSchema, purpose as purposeSchema } from '@guise/protocol';
import { Option, type Command } from 'commander';
import { openPairedClient } from '../authority.js';
import { CliError } from '../cli-error.js';
import { nowSecondsOf, type CommandContext } from '../context.js';
import { writeGrantFile } from '../session/grant-file.js';
import { openSession } from '../session/open-session.js';
import { loadBundle } from '../session/terms.js';

export interface PermitOptions {
  readonly avatar: string;
  readonly bundle: string;
  readonly purpose: string;
  readonly audience: string;
  readonly meeting?: string | undefined;
  readonly ttl?: string | undefined;
  readonly output: string;
}

export function registerPermit(program: Command, context: CommandContext): void {
  program
    .command('permit')
    .description('ask for a permit now and use it in the next minutes')
    .requiredOption('--avatar <id>', 'avatar to wear')
    .requiredOption('--bundle <file>', 'its .guise file')
    .addOption(
      new Option('--purpose <purpose>', 'what for').choices(purposeSchema.options).default('recording'),
    )
    .addOption(
      new Option('--audience <audience>', 'who sees it').choices(audienceSchema.options).default('internal'),
    )
    .option('--meeting <url>', 'the meeting it is for')
    .option('--ttl <seconds>', 'shorter life than the usual 300 s')
    .requiredOption('-o, --output <file>', 'permit file to write, mode 0600; only this device can use it')
    .addHelpText(
      'after',
      `
\`guise process\` asks for permits by itself; this is for scripts that ask first and render later.

Examples:
  $ guise permit --avatar ava_… --bundle me.guise -o now.permit
  $ guise process --source-paths me.guise --target-path in.mp4 --output-path out.mp4 --permit now.permit`,
    )
    .action(async (options: PermitOptions) => {
      await requestPermit(context, options);
    });
}

export async function requestPermit(context: CommandContext, options: PermitOptions): Promise<void> {
  const client = await openPairedClient(context);
  const { sha256 } = await loadBundle(options.bundle);
  const ttlSeconds = options.ttl === undefined ? undefined : Number(options.ttl);
  if (ttlSeconds !== undefined && !(Number.isInteger(ttlSeconds) && ttlSeconds >= 5 && ttlSeconds <= 300)) {
    throw new CliError('usage', '--ttl is a whole number of seconds from 5 to 300');
  }
  const terms = {
    avatar: options.avatar,
    avatarSha256: sha256,
    purpose: purposeSchema.parse(options.purpose),
    audience: audienceSchema.parse(options.audience),
    meeting: options.meeting,
  };
  const grant = await openSession(client, terms, nowSecondsOf(context), { ttlSeconds });
  await writeGrantFile(options.output, grant, client);
  const { jti, exp } = grant.permit.claims;
  context.output.say(
    { type: 'permit', jti, session: grant.session, expiresAt: exp, output: options.output },
    `${options.output}: permit ${jti}, valid until ${new Date(exp * 1000).toISOString().slice(11, 19)} UTC on this device only.`,
  );
}
