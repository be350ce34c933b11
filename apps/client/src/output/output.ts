import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';

/** One fact for programs: `type` says what it is, the rest is its data. */
export interface OutputEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Progress {
  readonly update: (done: number, note?: string) => void;
  readonly stop: () => void;
}

/** Where a command talks: to people as lines and bars, or to programs as one JSON object a line. */
export interface Output {
  readonly json: boolean;
  /** The same fact in both forms. */
  say(event: OutputEvent, human: string): void;
  /** Only for people: explanations, headings. */
  explain(text: string): void;
  /** A long job; `total` null when the end is not known. */
  progress(label: string, total: number | null): Progress;
}

/** What output needs of a stream: real ones and test buffers have it. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputStreams {
  readonly stdout: TextStream & Writable;
  readonly stderr: TextStream & Writable;
}

const PROGRESS_LINE_MS = 1000;

export function createOutput(
  streams: OutputStreams,
  options: { readonly json: boolean; readonly nowMs: () => number },
): Output {
  const { stdout, stderr } = streams;
  const line = (value: unknown): void => {
    stdout.write(`${JSON.stringify(value)}\n`);
  };
  return {
    json: options.json,
    say(event, human) {
      if (options.json) line(event);
      else stdout.write(`${human}\n`);
    },
    explain(text) {
      if (!options.json) stdout.write(`${text}\n`);
    },
    progress(label, total) {
      if (options.json) return progressLines(label, total, line, options.nowMs);
      return stderr.isTTY === true ? progressBar(label, total, stderr) : SILENT;
    },
  };
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

function progressBar(label: string, total: number | null, stream: NodeJS.WritableStream): Progress {
  const format =
    total === null
      ? `  ${label}  {value}  {note}`
      : `  ${label}  {bar} {percentage} %  {value}/{total}  {note}`;
  const bar = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true, barsize: 28 });
  bar.start(total ?? 0, 0, { note: '' });
  return {
    update(done, note = '') {
      bar.update(done, { note });
    },
    stop() {
      bar.stop();
    },
  };
}

function progressLines(
  label: string,
  total: number | null,
  line: (value: unknown) => void,
  nowMs: () => number,
): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(done, note) {
      if (nowMs() - last < PROGRESS_LINE_MS) return;
      last = nowMs();
      line({ type: 'progress', label, done, total, ...(note === undefined ? {} : { note }) });
    },
    stop: () => undefined,
  };
}
