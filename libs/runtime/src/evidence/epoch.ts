import { copyI420, type I420Frame } from '@guise/frame';
import { merkleRootOf } from '@guise/ledger';
import { FINGERPRINT_BYTES, type EvidenceEpoch } from '@guise/protocol';
import type { EvidenceCrypto } from '../ports.js';
import { toBase64Url, toHex } from './text.js';

/** Length of an epoch in media time. */
export const EPOCH_MS = 1_000;
/** Most frames an epoch can hold (protocol `evidenceEpoch`). */
const MAX_FRAMES = 240;

/** One frame as it left the runtime. */
export interface OutputRecord {
  readonly frame: I420Frame;
  readonly state: 'rendered' | 'slate';
  readonly timestampMs: number;
  /** Authority time of rendering, Unix seconds. */
  readonly nowSeconds: number;
  /** The permit in force when it was made; null when none was (a slate, then). */
  readonly permitId: string | null;
}

/** An epoch that has ended, and the permit it stands under. */
export interface ClosedEpoch {
  readonly epoch: EvidenceEpoch;
  readonly permitId: string;
}

export function epochOf(timestampMs: number): number {
  return Math.floor(timestampMs / EPOCH_MS);
}

/** Collects the frames of one epoch. */
export class OpenEpoch {
  readonly #digests: Uint8Array[] = [];
  readonly #fingerprints: string[] = [];
  readonly #renderedAt: number;
  #permitId: string | null = null;
  #slateFrames = 0;
  /** The newest rendered frame not fingerprinted yet; it becomes the last one when the epoch ends. */
  #newest: I420Frame | null = null;

  constructor(
    readonly epoch: number,
    private readonly crypto: EvidenceCrypto,
    nowSeconds: number,
  ) {
    this.#renderedAt = Math.floor(nowSeconds);
  }

  add(record: OutputRecord): void {
    if (this.#digests.length >= MAX_FRAMES)
      throw new RangeError(`an epoch holds at most ${MAX_FRAMES} frames`);
    this.#digests.push(this.crypto.sha256(record.frame.data));
    this.#permitId ??= record.permitId;
    if (record.state === 'slate') this.#slateFrames += 1;
    else this.#addRendered(record);
  }

  /** Null when no frame of the epoch was under a permit: there is nothing to give account of. */
  close(): ClosedEpoch | null {
    if (this.#permitId === null) return null;
    if (this.#newest !== null) this.#fingerprint(this.#newest);
    const epoch: EvidenceEpoch = {
      epoch: this.epoch,
      renderedAt: this.#renderedAt,
      frames: this.#digests.length,
      slateFrames: this.#slateFrames,
      frameRoot: toHex(merkleRootOf(this.#digests)),
      fingerprints: this.#fingerprints,
    };
    return { epoch, permitId: this.#permitId };
  }

  /** First, middle (the first frame of the second half) and last rendered frame get a fingerprint. */
  #addRendered({ frame, timestampMs }: OutputRecord): void {
    const inSecondHalf = timestampMs - this.epoch * EPOCH_MS >= EPOCH_MS / 2;
    const isFirst = this.#fingerprints.length === 0;
    const isMiddle = this.#fingerprints.length === 1 && inSecondHalf;
    if (isFirst || isMiddle) {
      this.#fingerprint(frame);
      this.#newest = null;
    } else if (this.#newest === null) this.#newest = copyI420(frame);
    else this.#newest.data.set(frame.data);
  }

  #fingerprint(frame: I420Frame): void {
    const bytes = this.crypto.fingerprint(frame);
    if (bytes.length !== FINGERPRINT_BYTES)
      throw new RangeError(`a fingerprint has ${FINGERPRINT_BYTES} bytes`);
    this.#fingerprints.push(toBase64Url(bytes));
  }
}
