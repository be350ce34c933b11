import { Command, CommanderError, Option } from 'commander';
import { registerAvatar } from './commands/avatar.js';
import { registerDemo } from './commands/demo.js';
import { registerDetect } from './commands/detect.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEnrol } from './commands/enrol.js';
import { registerLogin } from './commands/login.js';
import { registerPermit } from './commands/permit.js';
import { registerProcess } from './commands/process.js';
import { registerRun } from './commands/run.js';
import { registerVerify } from './commands/verify.js';
import type { CommandContext } from './context.js';
import { EXIT_CODES, exitCodeTable } from './exit-codes.js';
import { asCliError } from './failure.js';

export const VERSION = '0.1.0';

const JSON_SWITCH = 'one JSON object a line instead of text';

/** Commands that do something, not those that only group others. */
export function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** Whether this command line asks for JSON lines; `guise demo --json FILE` writes a file instead. */
export function wantsJsonLines(args: readonly string[]): boolean {
  const at = args.indexOf('--json');
  const demo = args.indexOf('demo');
  return at >= 0 && (demo < 0 || at < demo);
}

/** The whole command line; `setExit` receives the exit code of commands that end with more than done or failed. */
export function createProgram(context: CommandContext, setExit: (code: number) => void): Command {
  const program = new Command('guise')
    .description('Wear an approved face in video, and prove afterwards that it was approved.')
    .version(VERSION)
    .addOption(new Option('--json', JSON_SWITCH))
    .configureHelp({ helpWidth: 110 })
    .configureOutput({
      writeOut: (text) => void context.streams.stdout.write(text),
      writeErr: (text) => void context.streams.stderr.write(text),
    })
    .showHelpAfterError('(guise <command> --help shows examples)')
    .exitOverride()
    // `guise demo --json FILE` takes a value; everywhere else --json is a switch.
    .enablePositionalOptions()
    .addHelpText('after', FIRST_STEPS);
  registerLogin(program, context);
  registerEnrol(program, context);
  registerAvatar(program, context);
  registerPermit(program, context);
  registerProcess(program, context, setExit);
  registerRun(program, context, setExit);
  registerVerify(program, context, setExit);
  registerDetect(program, context, setExit);
  registerDoctor(program, context, setExit);
  registerDemo(program, context, setExit, runCli);
  for (const leaf of leavesOf(program)) {
    if (!leaf.options.some(({ long }) => long === '--json')) leaf.option('--json', JSON_SWITCH);
  }
  return program;
}

const FIRST_STEPS = `
First steps:
  $ guise doctor                                    is everything here?
  $ guise login --authority https://guise.example.org
  $ guise enrol me.mp4                              register your own face
  $ guise avatar build --capture me.mp4 --name Alex --provenance "my webcam" --licence "own picture" -o me.guise
  $ guise avatar draft me.guise                     then consent and approval in the console
  $ guise run -s me.guise --avatar ava_… -o /dev/video9  the same before a camera, into a virtual one
  $ guise process --source-paths me.guise --target-path in.mp4 --output-path out.mp4 --avatar ava_…
  $ guise verify out.mp4                            who, which face, permitted by whom, at which second

Exit codes are listed in apps/client/README.md and by: guise exit-codes`;

/** Runs one command line. Never throws: the answer is the exit code. */
export async function runCli(args: readonly string[], context: CommandContext): Promise<number> {
  let exit: number = EXIT_CODES.ok;
  const program = createProgram(context, (code) => {
    exit = code;
  });
  program
    .command('exit-codes')
    .description('list every exit code')
    .action(() => {
      context.output.say({ type: 'exit-codes', codes: EXIT_CODES }, exitCodeTable());
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    // Help and version are thrown too, with exit code 0; commander has printed everything by itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    return reportFailure(error, context);
  }
}

function reportFailure(error: unknown, context: CommandContext): number {
  const failure = context.signal.aborted ? null : asCliError(error);
  if (failure === null) {
    context.output.say({ type: 'error', exit: 'interrupted', exitCode: EXIT_CODES.interrupted }, 'Stopped.');
    return EXIT_CODES.interrupted;
  }
  const { exit, exitCode, message, advice, reasons } = failure;
  if (context.output.json) {
    context.output.say({ type: 'error', exit, exitCode, message, advice, reasons }, '');
    return exitCode;
  }
  const lines = [
    `guise: ${message}`,
    ...reasons.map((reason) => `  - ${reason.message} (${reason.code})`),
    ...(advice === null ? [] : [`  ${advice}`]),
    ...(exit === 'failure' && failure.cause instanceof Error
      ? [`  ${failure.cause.stack ?? failure.cause.message}`]
      : []),
  ];
  context.streams.stderr.write(`${lines.join('\n')}\n`);
  return exitCode;
}
