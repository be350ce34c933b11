import { i420Bytes, type I420Frame } from '@guise/frame';

/** Frames that may wait to be taken. A third one pushes the oldest out: the newest wins. */
export const RING_DEPTH = 2;
/** One more is being written, and one being read, so that neither side ever waits for the other. */
const SLOTS = RING_DEPTH + 2;

/** What is done with a slot. Whoever takes it over by compare-and-exchange owns it until it says what is done next. */
const FREE = 0;
const WRITING = 1;
const READY = 2;
const READING = 3;
/** A slot's word holds its state in the lowest bits and the number of its frame above: both change as one. */
const STATE_BITS = 2;
const STATE_MASK = (1 << STATE_BITS) - 1;
/** Numbers of frames begin anew after half a year of 30 a second. */
const NUMBERS = 2 ** (31 - STATE_BITS);

/** Control words: one for each slot, then these. */
const WRITTEN = SLOTS;
const DROPPED = WRITTEN + 1;
const CLOSED = DROPPED + 1;
/** Changes with every event that a waiting reader should look at. */
const BELL = CLOSED + 1;
const CONTROL_WORDS = BELL + 1;

/** Memory that several threads share: what a thread is given to open its end of a ring. Cloned by `postMessage` without copying. */
export interface FrameRingMemory {
  readonly width: number;
  readonly height: number;
  readonly control: SharedArrayBuffer;
  /** A timestamp per slot, milliseconds. */
  readonly times: SharedArrayBuffer;
  readonly pictures: SharedArrayBuffer;
}

/** A frame that was taken out of a ring; its pixels stay as they are until `release`. */
export interface RingFrame {
  readonly frame: I420Frame;
  readonly timestampMs: number;
  /** Place among all frames that were written, from 0 on: what lies between two of them was dropped. */
  readonly index: number;
  release(): void;
}

export interface FrameRingWriter {
  /**
   * Copies a frame into the ring, at once: when RING_DEPTH frames wait already, the oldest of them is dropped.
   * @throws RangeError when the frame has another size than the ring, or the ring is closed
   */
  write(frame: I420Frame, timestampMs: number): void;
  /** No frame comes after those that wait. */
  close(): void;
}

export interface FrameRingReader {
  /** The oldest frame that waits, as soon as there is one; null when the ring is closed and empty. One at a time. */
  take(): Promise<RingFrame | null>;
}

/** Frames of one size in memory that a writing and a reading thread share. */
export function allocateFrameRing(width: number, height: number): FrameRingMemory {
  return {
    width,
    height,
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    times: new SharedArrayBuffer(SLOTS * Float64Array.BYTES_PER_ELEMENT),
    pictures: new SharedArrayBuffer(SLOTS * i420Bytes(width, height)),
  };
}

/** Frames written and dropped so far; may be asked from any thread. */
export function countFrames({ control }: FrameRingMemory): {
  readonly written: number;
  readonly dropped: number;
} {
  const words = new Int32Array(control);
  return { written: Atomics.load(words, WRITTEN), dropped: Atomics.load(words, DROPPED) };
}

/** The writing end: for one thread. */
export function openRingWriter(memory: FrameRingMemory): FrameRingWriter {
  const ring = new RingSlots(memory);
  return {
    write(frame, timestampMs) {
      if (frame.width !== memory.width || frame.height !== memory.height)
        throw new RangeError(
          `a frame of ${frame.width}×${frame.height} in a ring of ${memory.width}×${memory.height}`,
        );
      if (ring.isClosed()) throw new RangeError('the ring is closed');
      const slot = ring.claimForWriting();
      ring.picture(slot).set(frame.data);
      ring.times[slot] = timestampMs;
      ring.publish(slot);
      ring.dropBeyondDepth();
      ring.wake();
    },
    close() {
      ring.close();
      ring.wake();
    },
  };
}

/** The reading end: for one thread. */
export function openRingReader(memory: FrameRingMemory): FrameRingReader {
  const ring = new RingSlots(memory);
  let isHeld = false;
  return {
    async take() {
      if (isHeld) throw new RangeError('the frame taken before is not released');
      for (;;) {
        // Both are read before looking: what comes meanwhile changes the bell, and the wait below ends at once.
        const bell = ring.bell();
        const isClosed = ring.isClosed();
        const claim = ring.claimOldest(READING);
        if (claim === null) {
          if (isClosed) return null;
          await ring.nextEvent(bell);
          continue;
        }
        isHeld = true;
        const { width, height } = memory;
        return {
          frame: { width, height, data: ring.picture(claim.slot) },
          timestampMs: ring.times[claim.slot] ?? 0,
          index: claim.number,
          release() {
            if (isHeld) ring.free(claim.slot);
            isHeld = false;
          },
        };
      }
    },
  };
}

/** A slot that was taken over, and the number of the frame that waited in it. */
interface Claim {
  readonly slot: number;
  readonly number: number;
}

/** Slots and counters of a ring, as both of its ends see them. */
class RingSlots {
  private readonly words: Int32Array;
  readonly times: Float64Array;

  constructor(private readonly memory: FrameRingMemory) {
    this.words = new Int32Array(memory.control);
    this.times = new Float64Array(memory.times);
  }

  picture(slot: number): Uint8Array {
    const bytes = i420Bytes(this.memory.width, this.memory.height);
    return new Uint8Array(this.memory.pictures, slot * bytes, bytes);
  }

  isClosed(): boolean {
    return Atomics.load(this.words, CLOSED) !== 0;
  }

  close(): void {
    Atomics.store(this.words, CLOSED, 1);
  }

  bell(): number {
    return Atomics.load(this.words, BELL);
  }

  wake(): void {
    Atomics.add(this.words, BELL, 1);
    Atomics.notify(this.words, BELL);
  }

  /** Resolves when the bell rings, or at once when it has rung since it was read. */
  async nextEvent(bell: number): Promise<void> {
    await Atomics.waitAsync(this.words, BELL, bell).value;
  }

  /** A slot that nobody reads: a free one, else the oldest that waits. */
  claimForWriting(): number {
    for (;;) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const word = Atomics.load(this.words, slot);
        if ((word & STATE_MASK) === FREE && this.exchange(slot, word, WRITING)) return slot;
      }
      const oldest = this.claimOldest(WRITING);
      if (oldest === null) continue;
      Atomics.add(this.words, DROPPED, 1);
      return oldest.slot;
    }
  }

  /** Gives the frame in a slot its number, and the slot to the reader. */
  publish(slot: number): void {
    const number = Atomics.add(this.words, WRITTEN, 1) % NUMBERS;
    Atomics.store(this.words, slot, (number << STATE_BITS) | READY);
  }

  free(slot: number): void {
    Atomics.store(this.words, slot, FREE);
  }

  /** Takes over the waiting frame that was written first; null when none waits. */
  claimOldest(state: typeof WRITING | typeof READING | typeof FREE): Claim | null {
    for (;;) {
      const [oldest] = this.waiting();
      if (oldest === undefined) return null;
      if (this.exchange(oldest.slot, oldest.word, state))
        return { slot: oldest.slot, number: oldest.word >> STATE_BITS };
    }
  }

  dropBeyondDepth(): void {
    while (this.waiting().length > RING_DEPTH)
      if (this.claimOldest(FREE) !== null) Atomics.add(this.words, DROPPED, 1);
  }

  /** Slots that wait, in the order in which they were written. */
  private waiting(): { readonly slot: number; readonly word: number }[] {
    const newest = Atomics.load(this.words, WRITTEN);
    const age = (word: number) => (newest - (word >> STATE_BITS) + NUMBERS) % NUMBERS;
    return Array.from({ length: SLOTS }, (_, slot) => ({ slot, word: Atomics.load(this.words, slot) }))
      .filter(({ word }) => (word & STATE_MASK) === READY)
      .sort((a, b) => age(b.word) - age(a.word));
  }

  /** Takes a slot over when its word is still the one that was seen: its frame too, not only its state. */
  private exchange(slot: number, seen: number, state: number): boolean {
    return Atomics.compareExchange(this.words, slot, seen, state) === seen;
  }
}
