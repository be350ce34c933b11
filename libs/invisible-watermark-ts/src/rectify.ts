import { TILES_PER_SIDE } from './fingerprint.js';
import { REGION_STEPS, type PictureRegion } from './fingerprint-region.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH } from './format.js';
import {
  type Affine,
  checkFrame,
  checkGeometry,
  compose,
  coverGeometry,
  invert,
  resizeMap,
} from './geometry.js';
import { WatermarkError } from './errors.js';
import { picture, type Picture, warp } from './resample.js';
import { Resizer } from './resizer.js';
import type { Geometry, LumaFrame, Size } from './types.js';

/** The marked picture, upright and complete, as far as it was received; black where it was not. */
export interface RectifiedPicture extends LumaFrame {
  /** Per fingerprint tile: whether all of it was received. */
  readonly visible: readonly boolean[];
  /** Whether all of a region was received. */
  readonly shows: (region: PictureRegion) => boolean;
}

/** Longer side of the rectified picture in pixels: plenty for fingerprints, small enough for every frame. */
const LONG_SIDE = 640;
/** Tile borders may lie this many rectified pixels outside the received picture. */
const TOLERANCE = 2;

/**
 * Undoes crop, scale, mirror and rotation. `source` is the size of the frames as they were marked (from the evidence); it decides
 * the picture's aspect. 16:9 when absent.
 */
export function rectify(
  frame: LumaFrame,
  geometry: Geometry,
  source: Size = { width: CANONICAL_WIDTH, height: CANONICAL_HEIGHT },
): RectifiedPicture {
  checkFrame(frame);
  const canonicalToFrame = checkGeometry(geometry, frame);
  const size = rectifiedSize(source);
  const toCanonical = compose(
    invert(coverGeometry(source).toFrame),
    resizeMap(source.width / size.width, source.height / size.height),
  );
  const toFrame = compose(canonicalToFrame, toCanonical);
  const reduced = reduce(frame, toFrame);
  const toReduced = compose(
    invert(resizeMap(frame.width / reduced.width, frame.height / reduced.height)),
    toFrame,
  );
  const samples = new Float32Array(size.width * size.height);
  warp(reduced, toReduced, size, samples, size.width);
  // Uint8Array.from with a function takes ten times as long, once for every picture of a recording.
  const luma = new Uint8Array(samples.length);
  for (let i = 0; i < luma.length; i++) luma[i] = Math.max(0, Math.min(255, Math.round(samples[i] ?? 0)));
  const shows = (region: PictureRegion) => isReceived(region, size, toFrame, frame);
  return { luma, ...size, stride: size.width, visible: TILE_REGIONS.map(shows), shows };
}

function rectifiedSize({ width, height }: Size): Size {
  if (!(width >= 1 && height >= 1 && Number.isFinite(width * height)))
    throw new WatermarkError('invalid-size', 'the size of the marked frames is two positive numbers');
  const scale = LONG_SIDE / Math.max(width, height);
  return { width: Math.max(32, Math.round(width * scale)), height: Math.max(32, Math.round(height * scale)) };
}

/** Shrinks the received frame to about the rectified resolution, so that the warp need not average. */
function reduce(frame: LumaFrame, [a, b, , d, e]: Affine): Picture {
  const reduced = picture(
    Math.max(2, Math.round(frame.width / Math.max(1, Math.hypot(a, b)))),
    Math.max(2, Math.round(frame.height / Math.max(1, Math.hypot(d, e)))),
  );
  new Resizer(frame, reduced).run(frame, reduced.samples);
  return reduced;
}

const TILE_STEPS = REGION_STEPS / TILES_PER_SIDE;
const TILE_REGIONS: readonly PictureRegion[] = Array.from({ length: TILES_PER_SIDE ** 2 }, (_, tile) => ({
  x: (tile % TILES_PER_SIDE) * TILE_STEPS,
  y: Math.floor(tile / TILES_PER_SIDE) * TILE_STEPS,
  width: TILE_STEPS,
  height: TILE_STEPS,
}));

/** All four corners of the region lie in the received frame. */
function isReceived(region: PictureRegion, size: Size, [a, b, c, d, e, f]: Affine, frame: Size): boolean {
  const margin = TOLERANCE * Math.hypot(a, b);
  const isInside = (x: number, y: number) => {
    const u = a * x + b * y + c;
    const v = d * x + e * y + f;
    return (
      u >= -0.5 - margin &&
      v >= -0.5 - margin &&
      u <= frame.width - 0.5 + margin &&
      v <= frame.height - 0.5 + margin
    );
  };
  const xs = [region.x, region.x + region.width].map((edge) => (edge * size.width) / REGION_STEPS - 0.5);
  const ys = [region.y, region.y + region.height].map((edge) => (edge * size.height) / REGION_STEPS - 0.5);
  return xs.every((x) => ys.every((y) => isInside(x, y)));
}
