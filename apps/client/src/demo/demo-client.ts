import { mkdir } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { CommandContext, RunCommandLine } from '../context.js';
import { EXIT_CODES, type ExitName } from '../exit-codes.js';
import type { OutputEvent } from '../output/output.js';

/** What one `guise …` command line did. */
export interface CommandResult {
  readonly exit: ExitName;
  readonly events: readonly OutputEvent[];
  /** The error line, when it failed. */
  readonly message: string | null;
  /** Reasons of a refusal, as codes. */
  readonly reasons: readonly string[];
  /** The same in words. */
  readonly advice: readonly string[];
}

/** A device of the demo: the real command line, with a home of its own. */
export interface DemoClient {
  readonly home: string;
  run(args: readonly string[], onEvent?: (event: OutputEvent) => void): Promise<CommandResult>;
}

/** Command lines run in this process and speak JSON; what they say is kept, and long jobs show the demo's own bar. */
export async function openDemoClient(
  run: RunCommandLine,
  parent: CommandContext,
  home: string,
): Promise<DemoClient> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  return {
    home,
    async run(args, onEvent) {
      const events: OutputEvent[] = [];
      const code = await run(args, {
        ...parent,
        config: { ...parent.config, home, authority: null },
        streams: { stdout: discard(), stderr: discard() },
        ask: () => Promise.resolve(null),
        output: {
          json: true,
          say(event) {
            events.push(event);
            onEvent?.(event);
          },
          explain: () => undefined,
          progress: (label, total) => parent.output.progress(label, total),
        },
      });
      const error = events.find(({ type }) => type === 'error');
      return {
        exit: exitName(code),
        events,
        message: typeof error?.message === 'string' ? error.message : null,
        reasons: reasonFields(error?.reasons, 'code'),
        advice: reasonFields(error?.reasons, 'message'),
      };
    },
  };
}

function exitName(code: number): ExitName {
  const names: readonly ExitName[] = [...EXIT_NAMES];
  return names.find((name) => EXIT_CODES[name] === code) ?? 'failure';
}

const EXIT_NAMES = Object.keys(EXIT_CODES).filter((name): name is ExitName => name in EXIT_CODES);

function reasonFields(reasons: unknown, field: 'code' | 'message'): readonly string[] {
  const parsed = z.array(z.object({ code: z.string(), message: z.string() })).safeParse(reasons);
  return parsed.success ? parsed.data.map((reason) => reason[field]) : [];
}

function discard(): Writable {
  return new Writable({
    write(_chunk, _encoding, callback) {
      callback();
    },
  });
}

/** What a failed command said, with its reasons. */
export function failureText({ exit, message, advice }: CommandResult): string {
  return [`${exit}: ${message ?? 'nothing was said'}`, ...advice].join(' – ');
}

/** A field of the first event of a type. @throws CliError when the command did not tell it */
export function fieldOf(result: CommandResult, type: string, field: string): unknown {
  const event = result.events.find((candidate) => candidate.type === type);
  if (event === undefined || !(field in event)) throw new CliError('demoFailed', failureText(result));
  return event[field];
}

export function textOf(result: CommandResult, type: string, field: string): string {
  const value = fieldOf(result, type, field);
  if (typeof value === 'string') return value;
  throw new TypeError(`${type}.${field} is no text`);
}

export function numberOf(result: CommandResult, type: string, field: string): number {
  const value = fieldOf(result, type, field);
  if (typeof value === 'number') return value;
  throw new TypeError(`${type}.${field} is no number`);
}
