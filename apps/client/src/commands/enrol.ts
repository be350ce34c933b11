import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { probe } from '@guise/media';
import type { Command } from 'commander';
import { createPublicApi, createTransport } from '@guise/api-client';
import { openPersonApi, requireAuthorityUrl, SIGN_IN_HELP, type SignInOptions } from '../authority.js';
import { loadPairing } from '../home/pairing-store.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';

export interface EnrolOptions extends SignInOptions {
  readonly release?: string | undefined;
}

export function registerEnrol(program: Command, context: CommandContext): void {
  program
    .command('enrol')
    .description('register your own face from a short camera recording')
    .argument(
      '<capture>',
      'video of you alone, about ten seconds: look around a little, blink, say something',
    )
    .option(
      '--release <sha256>',
      'hash of the notice you have read and release (for scripts; else you are asked)',
    )
    .option('--sign-in <file>', SIGN_IN_HELP)
    .option('--authority <url>', 'authority to ask (default: the paired one)')
    .addHelpText(
      'after',
      `
You first see what is kept and why, and release it. The recording is judged by the authority (one live person
throughout, nobody else's face) and then discarded. A photograph cannot be enrolled.

Examples:
  $ guise enrol me.mp4`,
    )
    .action((capture: string, options: EnrolOptions) => enrol(context, capture, options));
}

export async function enrol(context: CommandContext, capture: string, options: EnrolOptions): Promise<void> {
  const info = await probe(capture);
  if (info.kind !== 'video') {
    throw new CliError(
      'badInput',
      `${capture} is ${info.kind === 'image' ? 'a still picture, not a live recording' : 'no video'}`,
      'Only a recording of a living person can be enrolled.',
    );
  }
  const personApi = await openPersonApi(context, options);
  const paired = await loadPairing(context.config.home);
  const baseUrl = requireAuthorityUrl(context, options.authority ?? paired?.authority);
  const publicApi = createPublicApi(createTransport({ baseUrl }));
  const notice = await publicApi.enrolmentNotice();
  context.output.say({ type: 'notice', ...notice }, `${notice.text}\n`);
  if (!(await isReleased(context, notice.sha256, options.release))) {
    throw new CliError(
      'usage',
      'without your release nothing is sent',
      `Read the notice, then give --release ${notice.sha256}, or answer "yes" on a terminal.`,
    );
  }
  const enrolment = await personApi.startEnrolment(notice.sha256, notice.locale);
  const file = await openAsBlob(capture);
  if (file.size > enrolment.maxBytes) {
    throw new CliError(
      'badInput',
      `${capture} is larger than ${String(enrolment.maxBytes)} bytes`,
      'Ten seconds at 720p are enough.',
    );
  }
  const judged = await personApi.sendCapture(enrolment.id, file, basename(capture));
  context.output.say(
    { type: 'enrolled', ...judged },
    `Enrolled as ${judged.sourceFace}: ${String(judged.framesSeen)} frames seen, one person throughout (agreement ${judged.facesAgree.toFixed(2)}).`,
  );
}

async function isReleased(
  context: CommandContext,
  sha256: string,
  release: string | undefined,
): Promise<boolean> {
  if (release !== undefined) return release === sha256;
  const answer = await context.ask('Do you release this? Type "yes" to go on: ');
  return answer?.trim().toLowerCase() === 'yes';
}
