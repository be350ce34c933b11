import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCli } from '../cli.js';
import { parseClientConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { createOutput } from '../output/output.js';

export const ROOT = resolve(import.meta.dirname, '..', '..', '..', '..');

export interface TestClient {
  readonly home: string;
  readonly context: CommandContext;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Parsed JSON lines of stdout. */
  readonly events: () => readonly unknown[];
  run(...args: readonly string[]): Promise<number>;
  readonly close: () => Promise<void>;
}

export interface TestClientOptions {
  readonly json?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly answer?: string | null;
  readonly nowMs?: () => number;
  readonly signal?: AbortSignal;
}

/** A client with a home of its own that writes into memory. */
export async function openTestClient(options: TestClientOptions = {}): Promise<TestClient> {
  const home = await mkdtemp(join(tmpdir(), 'guise-client-'));
  const [out, err] = [textSink(), textSink()];
  const streams = { stdout: out.stream, stderr: err.stream };
  const nowMs = options.nowMs ?? Date.now;
  const context: CommandContext = {
    config: parseClientConfig({ GUISE_HOME: home, ...options.env }, ROOT),
    output: createOutput(streams, { json: options.json === true, nowMs }),
    streams,
    ask: () => Promise.resolve(options.answer ?? null),
    nowMs,
    monotonicMs: () => performance.now(),
    sleepMs: () => Promise.resolve(),
    signal: options.signal ?? new AbortController().signal,
    takeTimeToEnd: () => undefined,
  };
  return {
    home,
    context,
    stdout: out.text,
    stderr: err.text,
    events: () =>
      out
        .text()
        .split('\n')
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line)),
    run: (...args) => runCli(args, context),
    close: () => rm(home, { recursive: true, force: true }),
  };
}

function textSink() {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, text: () => chunks.join('') };
}
