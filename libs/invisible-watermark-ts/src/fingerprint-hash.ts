/** What a picture shows of one hash: its bits, and how much each of them says. */
export interface ReceivedHash {
  /** 0 or 1 per bit. */
  readonly bits: Uint8Array;
  /** 0 … 1 per bit: near the threshold the codec decides a bit, not the scene. */
  readonly weights: Float64Array;
  /** Sum of the weights. */
  readonly total: number;
}

/** Robust hash of a square of samples: the signs of its lowest DCT coefficients against their median. */
export interface DctHash {
  /** Samples along a side of the square. */
  readonly side: number;
  readonly bitCount: number;
  readonly byteCount: number;
  /** @param samples square of side × side, rows `stride` apart from `start` */
  read(samples: Float64Array, start: number, stride: number): ReceivedHash;
}

/** A cosine of a quarter of a code value or less is noise of the codec: its bit is zero. */
const DEAD_AMPLITUDE = 0.25;

/** @param count lowest frequencies 1 … count taken in each direction; the hash has count² bits */
export function createDctHash(side: number, count: number): DctHash {
  const basis = Float64Array.from({ length: count * side }, (_, index) => {
    const frequency = Math.floor(index / side) + 1;
    return Math.sqrt(2 / side) * Math.cos((Math.PI * (2 * (index % side) + 1) * frequency) / (2 * side));
  });
  const deadZone = (DEAD_AMPLITUDE * side) / 2;
  const bitCount = count ** 2;
  return {
    side,
    bitCount,
    byteCount: bitCount / 8,
    read: (samples, start, stride) =>
      judgeBits(transform(samples, start, stride, basis, side, count), deadZone),
  };
}

/** Orthonormal DCT-II, the horizontal frequency running fastest. */
function transform(
  samples: Float64Array,
  start: number,
  stride: number,
  basis: Float64Array,
  side: number,
  count: number,
): Float64Array {
  const rows = new Float64Array(count * side);
  for (let y = 0; y < side; y++)
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let x = 0; x < side; x++)
        sum += (samples[start + y * stride + x] ?? 0) * (basis[k * side + x] ?? 0);
      rows[k * side + y] = sum;
    }
  const out = new Float64Array(count * count);
  for (let v = 0; v < count; v++)
    for (let h = 0; h < count; h++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += (rows[h * side + y] ?? 0) * (basis[v * side + y] ?? 0);
      out[v * count + h] = sum;
    }
  return out;
}

/**
 * Bit = coefficient above the median and above noise; its weight grows with its distance from that boundary, up to the
 * middle one. In a square without detail all are equally far from it, as they are where most lie on it: there every bit
 * counts, so that a blank never passes for what it covers.
 */
function judgeBits(coefficients: Float64Array, deadZone: number): ReceivedHash {
  const boundary = Math.max(medianOf(coefficients), deadZone);
  const margins = coefficients.map((value) => Math.abs(value - boundary));
  const middle = medianOf(margins);
  const weights = margins.map((margin) => (middle > 0 ? Math.min(1, margin / middle) : 1));
  return {
    bits: Uint8Array.from(coefficients, (value) => (value > boundary ? 1 : 0)),
    weights,
    total: weights.reduce((sum, weight) => sum + weight, 0),
  };
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** Writes the bits, most significant of each byte first. */
export function packBits({ bits }: ReceivedHash, out: Uint8Array, offset: number): void {
  bits.forEach((bit, index) => {
    if (bit === 1) out[offset + (index >> 3)] = (out[offset + (index >> 3)] ?? 0) | (0x80 >> (index & 7));
  });
}

/** Weighted Hamming distance to packed bits, scaled to 0 … bit count. */
export function hashDistance(
  { bits, weights, total }: ReceivedHash,
  packed: Uint8Array,
  offset: number,
): number {
  let differing = 0;
  for (let index = 0; index < bits.length; index++) {
    const sent = ((packed[offset + (index >> 3)] ?? 0) >> (7 - (index & 7))) & 1;
    if (sent !== bits[index]) differing += weights[index] ?? 0;
  }
  return (bits.length * differing) / total;
}
