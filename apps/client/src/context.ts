import type { ClientConfig } from './config.js';
import type { Output, OutputStreams } from './output/output.js';

/** What every command gets: nothing in it is global, so that tests and the demo run several clients in one process. */
export interface CommandContext {
  readonly config: ClientConfig;
  readonly output: Output;
  readonly streams: OutputStreams;
  /** Asks a question on a terminal; resolves to null where nobody can answer. */
  readonly ask: (question: string) => Promise<string | null>;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly sleepMs: (ms: number) => Promise<void>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** A command that ends properly after Ctrl-C says how long it may take; 3 s otherwise. A second Ctrl-C ends at once. */
  readonly takeTimeToEnd: (ms: number) => void;
}

/** Runs one command line; the answer is the exit code. */
export type RunCommandLine = (args: readonly string[], context: CommandContext) => Promise<number>;

export const nowSecondsOf = (context: Pick<CommandContext, 'nowMs'>) => (): number =>
  Math.floor(context.nowMs() / 1000);
