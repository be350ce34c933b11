import { WatermarkError } from './errors.js';
import { CRC_BITS, CRC_POLYNOMIAL, PAYLOAD_BITS, SESSION_BITS } from './format.js';

const CRC_MASK = 2 ** CRC_BITS - 1;

/** CRC-16/GENIBUS over bits, first bit first: starts from all ones and is inverted. */
export function crc16(bits: ArrayLike<number>, length = bits.length): number {
  let crc = CRC_MASK;
  for (let i = 0; i < length; i++) {
    const carry = ((crc >>> (CRC_BITS - 1)) & 1) ^ ((bits[i] ?? 0) & 1);
    crc = (crc << 1) & CRC_MASK;
    if (carry) crc ^= CRC_POLYNOMIAL;
  }
  return crc ^ CRC_MASK;
}

/** Session and CRC as bits, most significant first. */
export function encodePayloadBits(session: number): Uint8Array {
  const bits = new Uint8Array(PAYLOAD_BITS);
  writeBits(bits, 0, SESSION_BITS, checkSession(session));
  writeBits(bits, SESSION_BITS, CRC_BITS, crc16(bits, SESSION_BITS));
  return bits;
}

/** The session that `encodePayloadBits` wrote; null when the CRC does not hold. */
export function parsePayloadBits(bits: Uint8Array): number | null {
  if (bits.length !== PAYLOAD_BITS) return null;
  if (crc16(bits, SESSION_BITS) !== readBits(bits, SESSION_BITS, CRC_BITS)) return null;
  return readBits(bits, 0, SESSION_BITS);
}

function checkSession(session: number): number {
  if (!Number.isInteger(session) || session < 0 || session >= 2 ** SESSION_BITS)
    throw new WatermarkError(
      'invalid-session',
      `a session number is an integer from 0 to 2^${SESSION_BITS} − 1`,
    );
  return session;
}

function writeBits(bits: Uint8Array, start: number, count: number, value: number): void {
  for (let i = 0; i < count; i++) bits[start + i] = Math.floor(value / 2 ** (count - 1 - i)) % 2;
}

function readBits(bits: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 2 + (bits[start + i] ?? 0);
  return value;
}
