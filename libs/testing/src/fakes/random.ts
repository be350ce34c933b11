import { sha256 } from '@noble/hashes/sha2.js';
import type { RandomBytes } from '../authenticator/software-authenticator.js';

/**
 * Reproducible bytes: SHA-256(seed ‖ counter) in sequence. Equal seeds give equal bytes on every machine.
 * For tests and demonstrations only.
 */
export function createSeededRandom(seed: string): RandomBytes {
  let counter = 0;
  let pool = new Uint8Array(0);
  const encoder = new TextEncoder();
  return (length) => {
    const drawn = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      if (pool.length === 0)
        pool = new Uint8Array(sha256(encoder.encode(`${seed}\u0000${String(counter++)}`)));
      const take = pool.subarray(0, length - at);
      drawn.set(take, at);
      at += take.length;
      pool = pool.slice(take.length);
    }
    return drawn;
  };
}
