import { WatermarkError } from './errors.js';
import { checkFrame } from './geometry.js';
import { Resizer } from './resample.js';

const TILES_PER_SIDE = 4;
/** Samples along a tile's side, and the DCT coefficients 1 … 8 taken in each direction. */
const TILE_SAMPLES = 32;
const COEFFICIENTS = 8;
/** Coefficients below this (a cosine of half a code value) are noise of the codec: they count as zero. */
const DEAD_ZONE = 8;

/** 4×4 tiles of 64 bits, row by row. */
export const FINGERPRINT_TILES = TILES_PER_SIDE ** 2;
export const FINGERPRINT_BYTES = FINGERPRINT_TILES * 8;

export interface FingerprintComparison {
  /** Hamming distance per tile, 0–64, row by row; null where the tile is not visible. */
  readonly tileDistances: readonly (number | null)[];
  /** Median over the visible tiles; null when none is visible. */
  readonly median: number | null;
}

/** Orthonormal DCT-II rows 1 … 8 over 32 samples. */
const DCT = Float64Array.from({ length: COEFFICIENTS * TILE_SAMPLES }, (_, index) => {
  const frequency = Math.floor(index / TILE_SAMPLES) + 1;
  const sample = index % TILE_SAMPLES;
  return (
    Math.sqrt(2 / TILE_SAMPLES) * Math.cos((Math.PI * (2 * sample + 1) * frequency) / (2 * TILE_SAMPLES))
  );
});

/**
 * Robust fingerprint of a picture: 128 bytes. Each of 4×4 tiles is reduced to 32×32 samples; a bit says whether one of its 8×8
 * low DCT coefficients exceeds their median. Survives recompression and rescaling, not another face.
 */
export function fingerprint(luma: Uint8Array, width: number, height: number, stride: number): Uint8Array {
  const frame = { luma, width, height, stride };
  checkFrame(frame);
  const side = TILES_PER_SIDE * TILE_SAMPLES;
  const samples = new Float32Array(side * side);
  new Resizer(frame, { width: side, height: side }).run(frame, samples);
  const out = new Uint8Array(FINGERPRINT_BYTES);
  for (let tile = 0; tile < FINGERPRINT_TILES; tile++) {
    const row = Math.floor(tile / TILES_PER_SIDE);
    const start = (row * side + (tile % TILES_PER_SIDE)) * TILE_SAMPLES;
    out.set(tileBits(tileCoefficients(samples, start, side)), tile * COEFFICIENTS);
  }
  return out;
}

/** Compares two fingerprints; `visible` (16 entries, from `rectify`) leaves out tiles outside the received picture. */
export function compareFingerprints(
  a: Uint8Array,
  b: Uint8Array,
  visible: readonly boolean[] = Array.from({ length: FINGERPRINT_TILES }, () => true),
): FingerprintComparison {
  if (
    a.length !== FINGERPRINT_BYTES ||
    b.length !== FINGERPRINT_BYTES ||
    visible.length !== FINGERPRINT_TILES
  )
    throw new WatermarkError(
      'invalid-fingerprint',
      `a fingerprint has ${FINGERPRINT_BYTES} bytes and ${FINGERPRINT_TILES} tiles`,
    );
  const tileDistances = visible.map((seen, tile) => (seen ? tileDistance(a, b, tile) : null));
  const sorted = tileDistances.filter((distance) => distance !== null).sort((x, y) => x - y);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  const high = sorted[Math.ceil(middle)];
  return { tileDistances, median: low === undefined || high === undefined ? null : (low + high) / 2 };
}

/** Low coefficients of one tile, the horizontal frequency running fastest. */
function tileCoefficients(samples: Float32Array, start: number, stride: number): number[] {
  const rows = new Float64Array(COEFFICIENTS * TILE_SAMPLES);
  for (let y = 0; y < TILE_SAMPLES; y++)
    for (let k = 0; k < COEFFICIENTS; k++) {
      let sum = 0;
      for (let x = 0; x < TILE_SAMPLES; x++)
        sum += (samples[start + y * stride + x] ?? 0) * (DCT[k * TILE_SAMPLES + x] ?? 0);
      rows[k * TILE_SAMPLES + y] = sum;
    }
  return Array.from({ length: COEFFICIENTS ** 2 }, (_, index) => {
    const vertical = Math.floor(index / COEFFICIENTS);
    const horizontal = index % COEFFICIENTS;
    let sum = 0;
    for (let y = 0; y < TILE_SAMPLES; y++)
      sum += (rows[horizontal * TILE_SAMPLES + y] ?? 0) * (DCT[vertical * TILE_SAMPLES + y] ?? 0);
    return Math.abs(sum) < DEAD_ZONE ? 0 : sum;
  });
}

/** Bit = coefficient above the median, most significant bit of each byte first. */
function tileBits(coefficients: readonly number[]): Uint8Array {
  const sorted = [...coefficients].sort((a, b) => a - b);
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  const bytes = new Uint8Array(COEFFICIENTS);
  coefficients.forEach((coefficient, index) => {
    if (coefficient > median) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  });
  return bytes;
}

function tileDistance(a: Uint8Array, b: Uint8Array, tile: number): number {
  let distance = 0;
  for (let i = tile * COEFFICIENTS; i < (tile + 1) * COEFFICIENTS; i++) {
    let different = (a[i] ?? 0) ^ (b[i] ?? 0);
    for (; different !== 0; different &= different - 1) distance++;
  }
  return distance;
}
