import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext, RunCommandLine } from '../context.js';
import { DEMO_LENGTHS, runDemo } from '../demo/run-demo.js';
import { createNarrator, type Narrator, type StepResult } from '../demo/steps.js';
import { timingTable, type DemoResults } from '../demo/results.js';
import { EXIT_CODES } from '../exit-codes.js';
import { asCliError } from '../failure.js';

interface DemoCommandOptions {
  readonly input?: string;
  /** Commander cannot hold a program-wide `--json` and one with a value: this is `--json [file]` of the program. */
  readonly out?: string;
  readonly enrolSeconds?: string;
  readonly wearSeconds?: string;
}

export function registerDemo(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
  run: RunCommandLine,
): void {
  program
    .command('demo')
    .description('the whole story on real recordings: enrol, approve, wear, verify, and every refusal')
    .option('--input <file>', 'your own recording: its first part enrols, the next is worn')
    .option('--out <folder>', 'folder for the results (default: out/demo-<time>)')
    .option('--json <file>', 'write the results as JSON: { ok, steps, verdicts, stages }')
    .option(
      '--enrol-seconds <n>',
      `length of the enrolment recording (default: ${String(DEMO_LENGTHS.enrolSeconds)})`,
    )
    .option('--wear-seconds <n>', `length of what is worn (default: ${String(DEMO_LENGTHS.wearSeconds)})`)
    .addHelpText(
      'after',
      `
A real authority is started on a data folder that is deleted afterwards; passkeys are made in software, everything else goes
over its HTTP interface. About three minutes on two cores. Exit code 60 when any step is not as told.

Examples:
  $ guise demo
  $ guise demo --json results.json
  $ guise demo --input webcam.mp4 --out /tmp/guise-demo`,
    )
    .action(async (options: DemoCommandOptions & { readonly json?: string | boolean }) => {
      exit(await demo(context, options, run));
    });
}

async function demo(
  context: CommandContext,
  options: DemoCommandOptions & { readonly json?: string | boolean },
  run: RunCommandLine,
): Promise<number> {
  const stamp = new Date(context.nowMs()).toISOString().slice(0, 19).replaceAll(':', '-');
  const out = options.out ?? join(context.config.root, 'out', `demo-${stamp}`);
  const startedMs = context.monotonicMs();
  const results = await runDemo(context, narratorOf(context), {
    run,
    input: options.input,
    out,
    jsonFile: typeof options.json === 'string' ? options.json : undefined,
    lengths: {
      ...DEMO_LENGTHS,
      enrolSeconds: secondsOf(options.enrolSeconds, DEMO_LENGTHS.enrolSeconds),
      wearSeconds: secondsOf(options.wearSeconds, DEMO_LENGTHS.wearSeconds),
    },
  });
  tellEnd(context, results, out, (context.monotonicMs() - startedMs) / 1000);
  return results.ok ? EXIT_CODES.ok : EXIT_CODES.demoFailed;
}

function secondsOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const seconds = Number(text);
  if (seconds >= 4 && seconds <= 120) return seconds;
  throw new CliError('usage', 'a length is from 4 to 120 seconds');
}

function narratorOf({ output, monotonicMs, config, streams }: CommandContext): Narrator {
  const paint = (code: string, text: string): string =>
    config.colour && streams.stdout.isTTY === true ? `\u001b[${code}m${text}\u001b[0m` : text;
  let chapter = 0;
  return createNarrator({
    monotonicMs,
    explainError: (error) => {
      const { message, advice, reasons, cause } = asCliError(error);
      const detail = reasons.map((reason) => reason.code).join(', ');
      return [message, detail, advice ?? '', cause instanceof Error ? cause.message : '']
        .filter(Boolean)
        .join(': ');
    },
    heading: (title, text) => {
      chapter += 1;
      output.say(
        { type: 'chapter', title, text },
        `\n${paint('1', `${String(chapter)}  ${title}`)}\n   ${text}\n`,
      );
    },
    tell: (result: StepResult, seconds: number) => {
      const mark = result.ok ? paint('32', '✓') : paint('31', '✗');
      const lines = [
        `${mark}  ${paint('1', result.name)}${seconds < 0.1 ? '' : `  (${seconds.toFixed(1)} s)`}`,
        `     told: ${result.expected}`,
        `     got:  ${result.got}`,
      ];
      output.say({ type: 'step', seconds, ...result }, lines.join('\n'));
    },
  });
}

function tellEnd({ output }: CommandContext, results: DemoResults, out: string, seconds: number): void {
  const failed = results.steps.filter(({ ok }) => !ok);
  const summary =
    failed.length === 0
      ? `All ${String(results.steps.length)} steps went as told, in ${seconds.toFixed(0)} s.`
      : `${String(failed.length)} of ${String(results.steps.length)} steps did NOT go as told: ${failed.map(({ name }) => name).join('; ')}.`;
  output.say(
    { type: 'demo', ok: results.ok, verdicts: results.verdicts, out, seconds },
    `\nTime per frame while the Mona Lisa was worn:\n\n${timingTable(results.stages)}\n${summary}\n` +
      `Look at ${relative(process.cwd(), out) || out}/side-by-side-1.png and report.html; timing.md and results.json are beside them.`,
  );
}
