import type { Box, I420Frame } from '@guise/frame';
import { merkleRootOf } from '@guise/ledger';
import { FACE_FINGERPRINT_BYTES, FINGERPRINT_BYTES, type EvidenceEpoch } from '@guise/protocol';
import type { EvidenceCrypto } from '../ports.js';
import { FingerprintPlan } from './fingerprint-plan.js';
import { toBase64Url, toHex } from './text.js';

/** Length of an epoch in media time. */
export const EPOCH_MS = 1_000;
/** Most frames an epoch can hold (protocol `evidenceEpoch`). */
const MAX_FRAMES = 240;

/** One frame as it left the runtime. */
export interface OutputRecord {
  readonly frame: I420Frame;
  readonly state: 'rendered' | 'slate';
  /** Where the rendered face is, in pixels; null when there is none. */
  readonly face: Box | null;
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
  readonly #plan = new FingerprintPlan();

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

  #addRendered({ frame, face, timestampMs }: OutputRecord): void {
    const wanted = this.#plan.next(frame, timestampMs / EPOCH_MS);
    if (wanted === 'whole') this.#keep(this.crypto.fingerprint(frame, face), FINGERPRINT_BYTES);
    if (wanted !== 'face' || face === null) return;
    const print = this.crypto.fingerprintFace(frame, face);
    if (print !== null) this.#keep(print, FACE_FINGERPRINT_BYTES);
  }

  #keep(bytes: Uint8Array, length: number): void {
    if (bytes.length !== length) throw new RangeError(`a fingerprint has ${length} bytes`);
    this.#fingerprints.push(toBase64Url(bytes));
  }
}
