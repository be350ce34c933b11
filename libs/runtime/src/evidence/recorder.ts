import type { EvidenceEpoch, EvidenceSegment, SessionId } from '@guise/protocol';
import type { EvidenceCrypto, EvidenceSink } from '../ports.js';
import { epochOf, OpenEpoch, type ClosedEpoch, type OutputRecord } from './epoch.js';
import { toHex } from './text.js';

/** Epochs in a segment: one delivery every five seconds per session (DESIGN §13). */
export const SEGMENT_EPOCHS = 5;
/** Segments on their way at once. Beyond that, recording waits: frames are not made faster than they are accounted for. */
export const MAX_UNACKNOWLEDGED = 2;
/** Attempts to disclose the last keys at the end of a session, and the pause between them. */
const DISCLOSE_ATTEMPTS = 20;
const DISCLOSE_PAUSE_MS = 500;

export interface RecorderOptions {
  readonly session: SessionId;
  readonly size: { readonly width: number; readonly height: number };
  readonly crypto: EvidenceCrypto;
  readonly sink: EvidenceSink;
  /** Waits; needed only at the end, for the checkpoint that covers the last segment. */
  readonly pause: (ms: number) => Promise<void>;
  /** Called once, as soon as evidence could not be kept: the gate must shut. */
  readonly onFailure: (error: unknown) => void;
}

export interface EvidenceSummary {
  readonly segments: number;
  readonly epochs: number;
  /** Keys up to and including this epoch are public; null when none is. */
  readonly disclosedThrough: number | null;
  /** Why evidence could not be kept; null when all of it was. */
  readonly failure: unknown;
}

/**
 * Accounts for every output frame: digests and fingerprints per epoch, five epochs to a segment, segments signed by the
 * device, chained by hash, delivered in order. Once acknowledged and under a checkpoint, the epoch keys are disclosed.
 */
export interface EvidenceRecorder {
  /** Resolves when the recorder is ready for the next frame. Never rejects: failures go to `onFailure`. */
  record(output: OutputRecord): Promise<void>;
  /** Evidence was lost; nothing more is recorded. */
  readonly failed: boolean;
  /** Closes the last epoch, delivers what is left and discloses the keys. Never rejects. */
  finish(): Promise<EvidenceSummary>;
}

export function createEvidenceRecorder(options: RecorderOptions): EvidenceRecorder {
  return new ChainedRecorder(options);
}

class ChainedRecorder implements EvidenceRecorder {
  #open: OpenEpoch | null = null;
  #closed: ClosedEpoch[] = [];
  #sequence = 0;
  #epochs = 0;
  #previous: string | null = null;
  #delivery: Promise<void> = Promise.resolve();
  #unacknowledged = 0;
  /** Acknowledged epochs whose keys are not public yet, by the log size that covers them. */
  #undisclosed: { readonly lastEpoch: number; readonly leafIndex: number } | null = null;
  #disclosedThrough: number | null = null;
  #failure: { readonly cause: unknown } | null = null;

  constructor(private readonly options: RecorderOptions) {}

  get failed(): boolean {
    return this.#failure !== null;
  }

  async record(output: OutputRecord): Promise<void> {
    if (this.#failure !== null) return;
    try {
      this.#add(output);
      while (this.#unacknowledged > MAX_UNACKNOWLEDGED) await this.#delivery;
    } catch (error) {
      this.#fail(error);
    }
  }

  async finish(): Promise<EvidenceSummary> {
    try {
      this.#closeEpoch();
      this.#cutSegment();
      await this.#delivery;
      await this.#discloseRest();
    } catch (error) {
      this.#fail(error);
    }
    return {
      segments: this.#sequence,
      epochs: this.#epochs,
      disclosedThrough: this.#disclosedThrough,
      failure: this.#failure?.cause ?? null,
    };
  }

  #add(output: OutputRecord): void {
    const epoch = epochOf(output.timestampMs);
    if (this.#open !== null && this.#open.epoch !== epoch) {
      this.#closeEpoch();
      if (this.#closed.length >= SEGMENT_EPOCHS) this.#cutSegment();
    }
    this.#open ??= new OpenEpoch(epoch, this.options.crypto, output.nowSeconds);
    this.#open.add(output);
  }

  #closeEpoch(): void {
    const closed = this.#open?.close() ?? null;
    this.#open = null;
    if (closed === null) return;
    // A segment names one permit: a renewal begins the next segment.
    if (this.#closed.length > 0 && this.#closed[0]?.permitId !== closed.permitId) this.#cutSegment();
    this.#closed.push(closed);
    this.#epochs += 1;
  }

  #cutSegment(): void {
    const [first] = this.#closed;
    if (first === undefined) return;
    const epochs = this.#closed.map(({ epoch }) => epoch);
    const sequence = this.#sequence;
    this.#closed = [];
    this.#sequence += 1;
    this.#unacknowledged += 1;
    this.#delivery = this.#delivery
      .then(() => this.#deliver(sequence, first.permitId, epochs))
      .catch((error: unknown) => {
        this.#fail(error);
      })
      .finally(() => {
        this.#unacknowledged -= 1;
      });
  }

  async #deliver(sequence: number, permit: string, epochs: EvidenceEpoch[]): Promise<void> {
    // After a failure nothing later may be delivered: the chain would have a hole.
    if (this.#failure !== null) return;
    const { session, size, crypto, sink } = this.options;
    const frame = { width: size.width, height: size.height };
    const segment: EvidenceSegment = { session, sequence, previous: this.#previous, permit, frame, epochs };
    const jws = await crypto.signSegment(segment);
    this.#previous = toHex(crypto.sha256(new TextEncoder().encode(jws)));
    const receipt = await sink.submit(jws);
    const lastEpoch = epochs.at(-1)?.epoch ?? 0;
    // Disclosing a key discloses those before it, so only the newest covered one matters.
    const earlier = this.#undisclosed;
    this.#undisclosed = { lastEpoch, leafIndex: receipt.leafIndex };
    if (receipt.checkpointSize > receipt.leafIndex) await this.#disclose(lastEpoch);
    else if (earlier !== null && receipt.checkpointSize > earlier.leafIndex)
      await this.#disclose(earlier.lastEpoch);
  }

  async #disclose(epoch: number): Promise<boolean> {
    const { crypto, sink } = this.options;
    if ((await sink.discloseKey(epoch, crypto.epochKey(epoch))) === 'too-early') return false;
    this.#disclosedThrough = epoch;
    if (this.#undisclosed?.lastEpoch === epoch) this.#undisclosed = null;
    return true;
  }

  /** The last segment's checkpoint comes within a second or so; without it the keys stay secret. */
  async #discloseRest(): Promise<void> {
    for (let attempt = 0; attempt < DISCLOSE_ATTEMPTS; attempt++) {
      if (this.#undisclosed === null || this.#failure !== null) return;
      if (await this.#disclose(this.#undisclosed.lastEpoch)) return;
      await this.options.pause(DISCLOSE_PAUSE_MS);
    }
  }

  #fail(cause: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { cause };
    this.options.onFailure(cause);
  }
}
