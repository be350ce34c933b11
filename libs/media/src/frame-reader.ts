import type { Readable } from 'node:stream';
import { MediaError } from './errors.js';

/**
 * Cuts a byte stream into pictures of equal length. Holds at most `readAhead` of them: then the stream is paused, the
 * pipe fills up and the decoder waits. Every picture gets its own buffer, so a consumer may keep it; unless pictures are lent:
 * then a buffer is filled again once the next picture was asked for.
 */
export class FrameReader {
  readonly #ready: Uint8Array[] = [];
  readonly #free: Uint8Array[] = [];
  /** The picture that the consumer has, where pictures are lent. */
  #lent: Uint8Array | undefined;
  #current: Uint8Array;
  #filled = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly stream: Readable,
    private readonly frameBytes: number,
    private readonly readAhead: number,
    private readonly lends: boolean,
  ) {
    this.#current = new Uint8Array(frameBytes);
    stream.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    stream.once('end', () => {
      this.#ended = true;
      this.#signal();
    });
    stream.once('error', (error) => {
      this.fail(error);
    });
  }

  /** Bytes of a last picture that never became whole. */
  get leftoverBytes(): number {
    return this.#filled;
  }

  /** Makes every waiting and later `next` reject. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#signal();
  }

  /** The next picture; null at the end. Rejects with `stalled` when nothing arrives for `stallMs`. */
  async next(stallMs: number): Promise<Uint8Array | null> {
    if (this.#lent !== undefined) this.#free.push(this.#lent);
    this.#lent = undefined;
    while (this.#ready.length === 0 && !this.#ended && this.#failure === undefined) {
      await this.#wait(stallMs);
    }
    if (this.#failure !== undefined) throw this.#failure;
    const frame = this.#ready.shift();
    if (this.lends) this.#lent = frame;
    if (this.#ready.length < this.readAhead) this.stream.resume();
    return frame ?? null;
  }

  #take(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      const take = Math.min(this.frameBytes - this.#filled, chunk.length - offset);
      this.#current.set(chunk.subarray(offset, offset + take), this.#filled);
      this.#filled += take;
      offset += take;
      if (this.#filled === this.frameBytes) {
        this.#ready.push(this.#current);
        this.#current = this.#free.pop() ?? new Uint8Array(this.frameBytes);
        this.#filled = 0;
      }
    }
    if (this.#ready.length >= this.readAhead) this.stream.pause();
    if (this.#ready.length > 0) this.#signal();
  }

  #wait(stallMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.fail(new MediaError('stalled', `The decoder delivered nothing for ${stallMs / 1000} s.`));
      }, stallMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #signal(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
