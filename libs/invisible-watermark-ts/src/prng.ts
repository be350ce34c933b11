import { sha256 } from '@noble/hashes/sha2.js';
import { checkKey } from './keys.js';

const BLOCK_BYTES = 32;

/**
 * Keyed byte stream: SHA-256(key ‖ i as 8 bytes big-endian) for i = 0, 1, 2 …, read from the front.
 * docs/spec/watermark.md §3 has test vectors.
 */
export class KeyStream {
  private readonly message = new Uint8Array(40);
  private readonly view = new DataView(this.message.buffer);
  private counter = 0;
  private block: Uint8Array = new Uint8Array(0);
  private used = 0;

  constructor(key: Uint8Array) {
    this.message.set(checkKey(key), 0);
  }

  nextByte(): number {
    if (this.used === this.block.length) {
      this.view.setUint32(36, this.counter++);
      this.block = sha256(this.message);
      this.used = 0;
    }
    return this.block[this.used++ % BLOCK_BYTES] ?? 0;
  }

  /** Four bytes, big-endian. */
  nextUint32(): number {
    const high = this.nextByte() * 0x1000000 + this.nextByte() * 0x10000;
    return high + this.nextByte() * 0x100 + this.nextByte();
  }
}

/** `count` chips of ±1: bit 0 → +1, bit 1 → −1, most significant bit of each byte first. */
export function keyedSigns(key: Uint8Array, count: number): Int8Array {
  const stream = new KeyStream(key);
  const signs = new Int8Array(count);
  for (let start = 0; start < count; start += 8) {
    const byte = stream.nextByte();
    for (let bit = 0; bit < 8 && start + bit < count; bit++)
      signs[start + bit] = (byte >> (7 - bit)) & 1 ? -1 : 1;
  }
  return signs;
}

/** Fisher–Yates from the end, in place, with j = ⌊u·(i+1)/2^32⌋ for each 32-bit word u of the stream. */
export function keyedShuffle(key: Uint8Array, values: Uint16Array): void {
  const stream = new KeyStream(key);
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor((stream.nextUint32() * (i + 1)) / 0x100000000);
    const kept = values[i] ?? 0;
    values[i] = values[j] ?? 0;
    values[j] = kept;
  }
}
