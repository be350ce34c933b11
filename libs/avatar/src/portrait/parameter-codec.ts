import { AvatarError } from '../errors.js';
import { SHIFT_COUNT, type FaceParameters } from './parameters.js';

/** One quantised value: codes 0 … 2^bits − 1 span −range … range, and 0 has a code of its own. */
interface Field {
  readonly bits: number;
  readonly range: number;
}

const ANGLE: Field = { bits: 12, range: 90 };
const SHIFT: Field = { bits: 10, range: 40 };
const LID: Field = { bits: 7, range: 1.5 };
const GAZE: Field = { bits: 7, range: 45 };
const POINT: Field = { bits: 8, range: 3 };

const FIELDS: readonly Field[] = [
  ...[ANGLE, ANGLE, ANGLE, SHIFT, SHIFT, SHIFT, LID, LID, GAZE, GAZE],
  ...Array.from({ length: SHIFT_COUNT }, () => POINT),
];

/** Bytes of one encoded parameter set: 58, which at 30 frames a second is 13.9 kbit/s. */
export const PARAMETER_BYTES = Math.ceil(FIELDS.reduce((sum, { bits }) => sum + bits, 0) / 8);

/** Writes parameters in 58 bytes: fields of fixed width, most significant bit first; values out of range are clamped. */
export function encodeParameters(parameters: FaceParameters): Uint8Array {
  const { head, lids, gaze, shifts } = parameters;
  const values = [
    ...[head.yawDeg, head.pitchDeg, head.rollDeg, head.xCm, head.yCm, head.zCm],
    ...[lids.left, lids.right, gaze.yawDeg, gaze.pitchDeg],
    ...shifts,
  ];
  if (values.length !== FIELDS.length || !values.every(Number.isFinite))
    throw new AvatarError('parameters-invalid', 'Face parameters must be finite and complete.');
  const bytes = new Uint8Array(PARAMETER_BYTES);
  let at = 0;
  FIELDS.forEach(({ bits, range }, i) => {
    const middle = 2 ** (bits - 1);
    const steps = Math.round(((values[i] ?? 0) / range) * (middle - 1));
    const code = middle + Math.max(1 - middle, Math.min(middle - 1, steps));
    for (let bit = bits - 1; bit >= 0; bit--, at++)
      if ((code >> bit) & 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at & 7));
  });
  return bytes;
}

/**
 * Reads what {@link encodeParameters} wrote. Every 58 bytes mean some parameters: who sent them must be checked elsewhere.
 * @throws AvatarError `parameters-invalid` for any other length
 */
export function decodeParameters(bytes: Uint8Array): FaceParameters {
  if (bytes.length !== PARAMETER_BYTES)
    throw new AvatarError('parameters-invalid', `Face parameters have ${PARAMETER_BYTES} bytes.`);
  let at = 0;
  const values = FIELDS.map(({ bits, range }) => {
    let code = 0;
    for (let bit = 0; bit < bits; bit++, at++)
      code = code * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    const middle = 2 ** (bits - 1);
    // Adding 0 turns −0 into 0. Code 0 is not written by us; it reads as the end of the range.
    return (Math.max(1 - middle, code - middle) / (middle - 1)) * range + 0;
  });
  const [yawDeg = 0, pitchDeg = 0, rollDeg = 0, xCm = 0, yCm = 0, zCm = 0] = values;
  const [left = 0, right = 0, gazeYaw = 0, gazePitch = 0] = values.slice(6);
  return {
    head: { yawDeg, pitchDeg, rollDeg, xCm, yCm, zCm },
    lids: { left, right },
    gaze: { yawDeg: gazeYaw, pitchDeg: gazePitch },
    shifts: values.slice(10),
  };
}
