import { sha256 } from '@noble/hashes/sha2.js';
import { WatermarkError } from './errors.js';
import { KEY_BYTES, MAX_EPOCHS } from './format.js';
import { checkKey, deriveKey, labelBytes, LABELS } from './keys.js';

/**
 * One key per epoch, drawn backwards (TESLA, RFC 4082 §3.1): key t−1 is a hash of key t, and the hash of key 0 is the
 * public end. Disclosing key t therefore reveals the keys of epochs ≤ t and nothing about later ones.
 */
export interface EpochChain {
  /** Public commitment: log it before the first frame. 32 bytes. */
  readonly end: Uint8Array;
  /** Number of epochs the chain covers. */
  readonly length: number;
  /** The secret key of an epoch, 0 ≤ epoch < length. A fresh copy. */
  keyOf(epoch: number): Uint8Array;
}

/** Draws a chain for `length` epochs from a secret 32-byte seed. Costs `length` hashes and 32 bytes each. */
export function createEpochChain(seed: Uint8Array, length: number): EpochChain {
  if (!Number.isInteger(length) || length < 1 || length > MAX_EPOCHS)
    throw new WatermarkError('invalid-epoch', `a chain covers 1 to ${MAX_EPOCHS} epochs`);
  const keys = new Uint8Array(length * KEY_BYTES);
  let key = deriveKey(seed, LABELS.chainStart);
  for (let epoch = length - 1; epoch >= 0; epoch--) {
    keys.set(key, epoch * KEY_BYTES);
    key = previousKey(key, epoch);
  }
  const end = key;
  return {
    end,
    length,
    keyOf(epoch) {
      if (!Number.isInteger(epoch) || epoch < 0 || epoch >= length)
        throw new WatermarkError('invalid-epoch', `this chain has epochs 0 to ${length - 1}`);
      return keys.slice(epoch * KEY_BYTES, (epoch + 1) * KEY_BYTES);
    },
  };
}

/** Key of `toEpoch` from the key of the same or a later epoch. */
export function deriveEarlierKey(key: Uint8Array, fromEpoch: number, toEpoch: number): Uint8Array {
  checkKey(key);
  checkEpoch(fromEpoch);
  checkEpoch(toEpoch);
  if (toEpoch > fromEpoch)
    throw new WatermarkError('invalid-epoch', 'a key opens its own and earlier epochs, not later ones');
  let earlier = key.slice();
  for (let epoch = fromEpoch; epoch > toEpoch; epoch--) earlier = previousKey(earlier, epoch);
  return earlier;
}

/** Whether `key` is the key of `epoch` in the chain that ends in `end`. */
export function verifyDisclosedKey(key: Uint8Array, epoch: number, end: Uint8Array): boolean {
  checkKey(end);
  const computed = previousKey(deriveEarlierKey(key, epoch, 0), 0);
  return computed.every((byte, index) => byte === end[index]);
}

const STEP_LABEL = labelBytes(LABELS.chainStep);

/** SHA-256(label ‖ epoch as 4 bytes big-endian ‖ key of epoch): the key of epoch − 1, or the end when epoch is 0. */
function previousKey(key: Uint8Array, epoch: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(STEP_LABEL.length + 4 + KEY_BYTES);
  message.set(STEP_LABEL, 0);
  new DataView(message.buffer).setUint32(STEP_LABEL.length, epoch);
  message.set(key, STEP_LABEL.length + 4);
  return Uint8Array.from(sha256(message));
}

function checkEpoch(epoch: number): void {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch >= MAX_EPOCHS)
    throw new WatermarkError('invalid-epoch', `an epoch is an integer from 0 to ${MAX_EPOCHS - 1}`);
}
