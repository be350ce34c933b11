import { WatermarkError } from './errors.js';
import {
  FACE_FINGERPRINT_BYTES,
  FINGERPRINT_BYTES,
  FINGERPRINT_TILES,
  hashPicture,
  hashRegion,
  LAYOUT,
  recordedFace,
  TILE_HASH,
} from './fingerprint.js';
import { hashDistance, type ReceivedHash } from './fingerprint-hash.js';
import type { PictureRegion } from './fingerprint-region.js';
import { checkFrame } from './geometry.js';
import type { RectifiedPicture } from './rectify.js';
import type { LumaFrame } from './types.js';

/** Distances of a received scene to a recorded one. Bits that the received picture shows clearly count most. */
export interface SceneComparison {
  /** Of the whole picture, 0–256; null unless all of it was received. */
  readonly picture: number | null;
  /** Per tile, 0–64, row by row; null where the tile is not visible. */
  readonly tileDistances: readonly (number | null)[];
  /** Median over the visible tiles; null when none is visible. */
  readonly median: number | null;
}

/**
 * Compares one received picture with any number of recorded fingerprints.
 * Both throw WatermarkError `invalid-fingerprint` unless the fingerprint has 196 bytes, or 36 (the face alone).
 */
export interface FingerprintReader {
  /** The whole picture and its tiles; null when the fingerprint is of the face alone. */
  compareScene(sent: Uint8Array): SceneComparison | null;
  /**
   * Distance of the face in its recorded region, 0–256; null when no face was recorded or not all of the region received.
   * Slower than the scene: each region is hashed anew.
   */
  compareFace(sent: Uint8Array): number | null;
}

/** A received picture: what `rectify` gives, or a whole and upright one. */
export type ReceivedPicture = LumaFrame & Partial<Pick<RectifiedPicture, 'visible' | 'shows'>>;

/** @throws WatermarkError for a frame that is none, or when `visible` has not one entry per tile */
export function createFingerprintReader(received: ReceivedPicture): FingerprintReader {
  checkFrame(received);
  const visible = received.visible ?? Array.from({ length: FINGERPRINT_TILES }, () => true);
  if (visible.length !== FINGERPRINT_TILES)
    throw new WatermarkError('invalid-fingerprint', `visibility is told for ${FINGERPRINT_TILES} tiles`);
  return new HashedPicture(received, visible);
}

class HashedPicture implements FingerprintReader {
  private readonly picture: ReceivedHash | null;
  private readonly tiles: readonly (ReceivedHash | null)[];
  /** By region: neighbouring pictures often record the same one. */
  private readonly faces = new Map<string, ReceivedHash | null>();

  constructor(
    private readonly received: ReceivedPicture,
    visible: readonly boolean[],
  ) {
    const { picture, tiles } = hashPicture(received);
    this.picture = visible.every(Boolean) ? picture : null;
    this.tiles = tiles.map((tile, index) => (visible[index] === true ? tile : null));
  }

  compareScene(sent: Uint8Array): SceneComparison | null {
    checkFingerprint(sent);
    if (sent.length === FACE_FINGERPRINT_BYTES) return null;
    const tileDistances = this.tiles.map((tile, index) =>
      tile === null ? null : hashDistance(tile, sent, LAYOUT.tiles + index * TILE_HASH.byteCount),
    );
    const picture = this.picture === null ? null : hashDistance(this.picture, sent, LAYOUT.picture);
    return { picture, tileDistances, median: medianOf(tileDistances) };
  }

  compareFace(sent: Uint8Array): number | null {
    checkFingerprint(sent);
    const region = recordedFace(sent);
    const face = region === null ? null : this.faceIn(region);
    return face === null ? null : hashDistance(face, sent, LAYOUT.face);
  }

  private faceIn(region: PictureRegion): ReceivedHash | null {
    const key = Object.values(region).join();
    const known = this.faces.get(key);
    if (known !== undefined) return known;
    const isReceived = this.received.shows?.(region) ?? true;
    const hash = isReceived ? hashRegion(this.received, region) : null;
    this.faces.set(key, hash);
    return hash;
  }
}

function checkFingerprint({ length }: Uint8Array): void {
  if (length !== FINGERPRINT_BYTES && length !== FACE_FINGERPRINT_BYTES)
    throw new WatermarkError(
      'invalid-fingerprint',
      `a fingerprint has ${FINGERPRINT_BYTES} bytes, that of a face ${FACE_FINGERPRINT_BYTES}`,
    );
}

function medianOf(distances: readonly (number | null)[]): number | null {
  const sorted = distances.filter((distance) => distance !== null).sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  const high = sorted[Math.ceil(middle)];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
