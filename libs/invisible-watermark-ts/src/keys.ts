import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { WatermarkError } from './errors.js';
import { KEY_BYTES } from './format.js';

/** HKDF info strings: one per use, so that no two patterns share a key. */
export const LABELS = {
  payloadMap: 'invisible-watermark/1 payload map',
  payloadSigns: 'invisible-watermark/1 payload signs',
  pilot: 'invisible-watermark/1 pilot',
  time: 'invisible-watermark/1 time',
  epochTag: 'invisible-watermark/1 epoch tag',
  chainStart: 'invisible-watermark/1 chain start',
  chainStep: 'invisible-watermark/1 chain step',
} as const;
export type Label = (typeof LABELS)[keyof typeof LABELS];

const utf8 = new TextEncoder();

/** UTF-8 bytes of a label. */
export function labelBytes(label: Label): Uint8Array {
  return utf8.encode(label);
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt and the label as info: 32 bytes. */
export function deriveKey(key: Uint8Array, label: Label): Uint8Array {
  return hkdf(sha256, checkKey(key), undefined, labelBytes(label), KEY_BYTES);
}

/** Refuses anything but 32 bytes. */
export function checkKey(key: Uint8Array): Uint8Array {
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES)
    throw new WatermarkError('invalid-key', `a key is a Uint8Array of ${KEY_BYTES} bytes`);
  return key;
}
