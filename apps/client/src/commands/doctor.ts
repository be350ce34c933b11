import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT_CODES } from '../exit-codes.js';
import { runChecks, type CheckResult } from '../doctor/checks.js';

export function registerDoctor(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command('doctor')
    .description('check this machine, its key, its clock and its authority')
    .option('--authority <url>', 'check this authority (default: the paired one)')
    .addHelpText(
      'after',
      `
Every line that is not in order says what to do. The exit code is that of the first failed line.

Examples:
  $ guise doctor
  $ guise doctor --json | jq -c 'select(.status == "fail")'`,
    )
    .action(async (options: { authority?: string }) => {
      exit(await doctor(context, options.authority));
    });
}

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

/** @returns exit code */
export async function doctor(context: CommandContext, authority: string | undefined): Promise<number> {
  const results: CheckResult[] = [];
  for await (const result of runChecks(context, authority)) {
    results.push(result);
    const advice = result.advice === null ? '' : `\n    ${result.advice}`;
    context.output.say(
      { type: 'check', ...result },
      `${MARKS[result.status]} ${result.name.padEnd(18)} ${result.detail}${advice}`,
    );
  }
  const failed = results.find(({ status }) => status === 'fail');
  return failed === undefined ? EXIT_CODES.ok : EXIT_CODES[failed.exit];
}
