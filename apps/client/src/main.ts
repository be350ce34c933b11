import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCli, wantsJsonLines } from './cli.js';
import { parseClientConfig } from './config.js';
import { EXIT_CODES } from './exit-codes.js';
import { asCliError } from './failure.js';
import { createOutput } from './output/output.js';

const INSTALLATION_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Time that an interrupted command has to remove what it began, unless it takes more. */
const GRACE_MS = 3_000;

async function main(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  let graceMs = GRACE_MS;
  process.once('SIGINT', () => {
    interrupt.abort();
    // What can be tidied up is tidied up by then. A second Ctrl-C ends at once.
    setTimeout(() => process.exit(EXIT_CODES.interrupted), graceMs).unref();
    process.once('SIGINT', () => process.exit(EXIT_CODES.interrupted));
  });
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const nowMs = (): number => Date.now();
  try {
    const config = parseClientConfig(process.env, INSTALLATION_ROOT);
    const output = createOutput(streams, { json: wantsJsonLines(args), nowMs });
    return await runCli(args, {
      config,
      output,
      streams,
      ask: askOnTerminal,
      nowMs,
      monotonicMs: () => performance.now(),
      sleepMs: (ms) => sleep(ms, undefined, { signal: interrupt.signal }),
      signal: interrupt.signal,
      takeTimeToEnd: (ms) => {
        graceMs = ms;
      },
    });
  } catch (error) {
    const failure = asCliError(error);
    process.stderr.write(`guise: ${failure.message}\n  ${failure.advice ?? ''}\n`);
    return failure.exitCode;
  }
}

async function askOnTerminal(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
