import { WatermarkError } from './errors.js';
import { createDctHash, packBits, type ReceivedHash } from './fingerprint-hash.js';
import {
  isRegion,
  REGION_BYTES,
  REGION_STEPS,
  sampleRegion,
  type PictureRegion,
} from './fingerprint-region.js';
import { checkFrame } from './geometry.js';
import type { LumaFrame } from './types.js';

/** Hash of the face and of the whole picture: 256 bits of a square of 64 × 64 samples. */
export const AREA_HASH = createDctHash(64, 16);
/** Hash of one tile: 64 bits of 32 × 32 samples. */
export const TILE_HASH = createDctHash(32, 8);

export const TILES_PER_SIDE = 4;
/** 4×4 tiles of 64 bits, row by row. */
export const FINGERPRINT_TILES = TILES_PER_SIDE ** 2;

/** Where things stand in a fingerprint: region of the face (x, y, width, height), hash of the face, of the picture, tiles. */
export const LAYOUT = {
  region: 0,
  face: REGION_BYTES,
  picture: REGION_BYTES + AREA_HASH.byteCount,
  tiles: REGION_BYTES + 2 * AREA_HASH.byteCount,
} as const;
export const FINGERPRINT_BYTES = LAYOUT.tiles + FINGERPRINT_TILES * TILE_HASH.byteCount;
/** A fingerprint of the face alone is the beginning of a whole one. */
export const FACE_FINGERPRINT_BYTES = LAYOUT.picture;

const WHOLE: PictureRegion = { x: 0, y: 0, width: REGION_STEPS, height: REGION_STEPS };

/**
 * Robust fingerprint of a picture, 196 bytes: 256 bits of the whole, 64 bits of each of 4×4 tiles and, where there is a
 * face, 256 bits of its region together with that region. Survives recompression and rescaling, not another face.
 * @param face region of the face (see `faceRegion`); null when there is none: its bytes are zero then
 * @throws WatermarkError `invalid-size`, `invalid-stride`, `invalid-frames`; `invalid-fingerprint` for a region outside the picture
 */
export function fingerprint(frame: LumaFrame, face: PictureRegion | null): Uint8Array {
  checkFrame(frame);
  const out = new Uint8Array(FINGERPRINT_BYTES);
  const { picture, tiles } = hashPicture(frame);
  packBits(picture, out, LAYOUT.picture);
  tiles.forEach((tile, index) => {
    packBits(tile, out, LAYOUT.tiles + index * TILE_HASH.byteCount);
  });
  if (face !== null) out.set(fingerprintFace(frame, face), LAYOUT.region);
  return out;
}

/**
 * The beginning of `fingerprint`, 36 bytes: a region and its hash. Costs a tenth of the whole, and a face moves faster than
 * the scene around it.
 * @throws WatermarkError like `fingerprint`
 */
export function fingerprintFace(frame: LumaFrame, face: PictureRegion): Uint8Array {
  checkFrame(frame);
  if (!isRegion(face) || face.width >= REGION_STEPS || face.height >= REGION_STEPS)
    throw new WatermarkError('invalid-fingerprint', 'the region of a face lies inside the picture');
  const out = new Uint8Array(FACE_FINGERPRINT_BYTES);
  out.set([face.x, face.y, face.width, face.height], LAYOUT.region);
  packBits(hashRegion(frame, face), out, LAYOUT.face);
  return out;
}

/** The region of the face that a fingerprint records; null when it records none. */
export function recordedFace(sent: Uint8Array): PictureRegion | null {
  const [x = 0, y = 0, width = 0, height = 0] = sent.subarray(LAYOUT.region, LAYOUT.region + REGION_BYTES);
  const region = { x, y, width, height };
  return isRegion(region) ? region : null;
}

export function hashRegion(frame: LumaFrame, region: PictureRegion): ReceivedHash {
  return AREA_HASH.read(sampleRegion(frame, region, AREA_HASH.side), 0, AREA_HASH.side);
}

/** The whole picture and its tiles, from one reduction to 128 × 128 samples. */
export function hashPicture(frame: LumaFrame): {
  readonly picture: ReceivedHash;
  readonly tiles: readonly ReceivedHash[];
} {
  const side = TILES_PER_SIDE * TILE_HASH.side;
  const samples = sampleRegion(frame, WHOLE, side);
  const tiles = Array.from({ length: FINGERPRINT_TILES }, (_, tile) => {
    const row = Math.floor(tile / TILES_PER_SIDE);
    return TILE_HASH.read(samples, (row * side + (tile % TILES_PER_SIDE)) * TILE_HASH.side, side);
  });
  return { picture: AREA_HASH.read(halve(samples, side), 0, AREA_HASH.side), tiles };
}

/** Means of 2 × 2 samples. */
function halve(samples: Float64Array, side: number): Float64Array {
  const half = side / 2;
  return Float64Array.from({ length: half * half }, (_, index) => {
    const at = 2 * (Math.floor(index / half) * side + (index % half));
    const [a, b, c, d] = [samples[at], samples[at + 1], samples[at + side], samples[at + side + 1]];
    return ((a ?? 0) + (b ?? 0) + (c ?? 0) + (d ?? 0)) / 4;
  });
}
