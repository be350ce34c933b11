import type { Readable } from 'node:stream';
import { collectTail } from './child.js';

/** One line of the filter `showinfo` (TELL_TIMES). The rest of the line and all other lines are not of interest; a file's own texts never start a line. */
const TIME = /^\[Parsed_showinfo_\d+ @ 0x[\da-f]+\] (?:\[info\] )?n: *(\d+) .*?pts_time:(-?\d+(?:\.\d+)?)/;
/** Longer lines are cut: a hostile file can make a program talkative. */
const MAX_LINE = 4096;

/** Reads the media times of pictures from ffmpeg's messages, in order. */
export class PictureTimes {
  private readonly waiting: number[] = [];
  private line = '';
  private count = 0;
  private ended = false;
  private wake: (() => void) | undefined;
  /** The last words, for judging how it ended. */
  readonly tail: () => string;

  constructor(stderr: Readable) {
    this.tail = collectTail(stderr);
    stderr.on('data', (text: string) => {
      this.take(text);
    });
    stderr.once('close', () => {
      this.ended = true;
      this.wake?.();
    });
  }

  /** Seconds of media time of the next picture; null when none was told. */
  async next(): Promise<number | null> {
    while (this.waiting.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.waiting.shift() ?? null;
  }

  private take(text: string): void {
    const lines = (this.line + text).split('\n');
    this.line = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) {
      const match = TIME.exec(line);
      if (match === null || Number(match[1]) !== this.count) continue;
      this.count += 1;
      this.waiting.push(Number(match[2]));
    }
    this.wake?.();
  }
}
