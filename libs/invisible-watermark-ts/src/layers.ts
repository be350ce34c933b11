import {
  CHIP_COLUMNS,
  CHIP_COUNT,
  CHIP_ROWS,
  EPOCH_HINT_MODULUS,
  PAYLOAD_BITS,
  POLAR_LENGTH,
  TIME_COLUMNS,
  TIME_PATTERNS,
  TIME_SHIFT_CHIPS,
} from './format.js';
import { deriveKey, LABELS } from './keys.js';
import { encodePayloadBits } from './payload.js';
import { polarEncode, polarInformationSet } from './polar.js';
import { keyedShuffle, keyedSigns } from './prng.js';

/** Where the information bits of layer A sit in the polar code. */
export const INFORMATION_SET = polarInformationSet(POLAR_LENGTH, PAYLOAD_BITS);

/** The chip patterns that depend on the marking key alone; chips row by row. */
export interface KeyedLayers {
  /** Coded bit that each chip of layer A carries, and the sign it is multiplied with. */
  readonly codedBitOfChip: Uint16Array;
  readonly payloadSigns: Int8Array;
  readonly pilot: Int8Array;
  /** TIME_PATTERNS unshifted patterns. */
  readonly time: readonly Int8Array[];
}

export function deriveLayers(key: Uint8Array): KeyedLayers {
  const codedBitOfChip = Uint16Array.from({ length: CHIP_COUNT }, (_, chip) => chip % POLAR_LENGTH);
  keyedShuffle(deriveKey(key, LABELS.payloadMap), codedBitOfChip);
  const time = keyedSigns(deriveKey(key, LABELS.time), TIME_PATTERNS * CHIP_COUNT);
  return {
    codedBitOfChip,
    payloadSigns: keyedSigns(deriveKey(key, LABELS.payloadSigns), CHIP_COUNT),
    pilot: keyedSigns(deriveKey(key, LABELS.pilot), CHIP_COUNT),
    time: Array.from({ length: TIME_PATTERNS }, (_, k) =>
      time.subarray(k * CHIP_COUNT, (k + 1) * CHIP_COUNT),
    ),
  };
}

/** Layer A of a session, its codeword spread over the chips: bit 0 keeps the keyed sign, bit 1 turns it. */
export function payloadChips(layers: KeyedLayers, session: number): Int8Array {
  const codeword = polarEncode(POLAR_LENGTH, INFORMATION_SET, encodePayloadBits(session));
  return layers.payloadSigns.map((sign, chip) => (codeword[layers.codedBitOfChip[chip] ?? 0] ? -sign : sign));
}

/** Layer B of an epoch, from the epoch's chain key. */
export function epochTagChips(epochKey: Uint8Array): Int8Array {
  return keyedSigns(deriveKey(epochKey, LABELS.epochTag), CHIP_COUNT);
}

/** How the time layer writes an epoch: which pattern, cyclically shifted by how many chips. */
export function timeShift(epoch: number): { pattern: number; columns: number; rows: number } {
  const hint = epoch % EPOCH_HINT_MODULUS;
  const place = Math.floor(hint / TIME_PATTERNS);
  return {
    pattern: hint % TIME_PATTERNS,
    columns: TIME_SHIFT_CHIPS * (place % TIME_COLUMNS),
    rows: TIME_SHIFT_CHIPS * Math.floor(place / TIME_COLUMNS),
  };
}

/** The time layer of an epoch: chip (x, y) of the pattern moves to (x + columns, y + rows), cyclically. */
export function timeChips(layers: KeyedLayers, epoch: number): Int8Array {
  const { pattern, columns, rows } = timeShift(epoch);
  const source = layers.time[pattern] ?? new Int8Array(CHIP_COUNT);
  const shifted = new Int8Array(CHIP_COUNT);
  for (let y = 0; y < CHIP_ROWS; y++) {
    const target = ((y + rows) % CHIP_ROWS) * CHIP_COLUMNS;
    const row = source.subarray(y * CHIP_COLUMNS, (y + 1) * CHIP_COLUMNS);
    shifted.set(row.subarray(0, CHIP_COLUMNS - columns), target + columns);
    shifted.set(row.subarray(CHIP_COLUMNS - columns), target);
  }
  return shifted;
}
