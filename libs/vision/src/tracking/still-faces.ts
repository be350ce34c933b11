import type { FaceObservation, I420Frame } from '@guise/frame';

import { overlap, SAME_FACE_OVERLAP, type Detection } from '../detection/decode.js';
import { wholeFrame } from '../detection/detector.js';
import type { Region } from '../patch/affine.js';
import { measureDetection, type TrackingNetworks } from './tracker.js';

/** Faces this much smaller than the picture are looked for in tiles of it. */
const TILE_SHARE = 0.5;
const TILE_STEPS = [0, 0.5, 1] as const;

/**
 * Every face of a still picture that near detector, far detector or tiles of the picture give and whose mesh holds.
 * Tiles are looked at only when the whole picture gives nothing: they are up to nine times the work.
 */
export async function detectStillFaces(
  networks: TrackingNetworks,
  frame: I420Frame,
): Promise<FaceObservation[]> {
  const whole = [...(await networks.shortRange.detect(frame)), ...(await networks.fullRange.detect(frame))];
  const seen = await measureAll(networks, frame, whole);
  if (seen.length > 0) return largestFirst(seen);
  const tiled: Detection[] = [];
  for (const tile of tiles(frame)) tiled.push(...(await networks.fullRange.detect(frame, tile)));
  return largestFirst(await measureAll(networks, frame, tiled));
}

async function measureAll(
  networks: TrackingNetworks,
  frame: I420Frame,
  detections: readonly Detection[],
): Promise<FaceObservation[]> {
  const faces: FaceObservation[] = [];
  for (const detection of [...detections].sort((p, q) => q.score - p.score)) {
    if (faces.some(({ box }) => overlap(box, detection) > SAME_FACE_OVERLAP)) continue;
    const measured = await measureDetection(networks.landmarker, frame, detection);
    if (!measured || faces.some(({ box }) => overlap(box, measured.box) > SAME_FACE_OVERLAP)) continue;
    faces.push({ trackId: faces.length + 1, ...measured });
  }
  return faces;
}

/** Up to nine half-size squares that overlap by half, so that no face of up to a quarter of the picture is cut by all. */
function tiles(frame: I420Frame): Region[] {
  const whole = wholeFrame(frame);
  const side = Math.max(whole.width * TILE_SHARE, 1);
  const centres = (length: number): readonly number[] =>
    length <= side ? [length / 2] : TILE_STEPS.map((step) => side / 2 + step * (length - side));
  return centres(frame.height).flatMap((cy) =>
    centres(frame.width).map((cx) => ({ cx, cy, width: side, height: side, angle: 0 })),
  );
}

function largestFirst(faces: FaceObservation[]): FaceObservation[] {
  return faces.sort((p, q) => q.box.width * q.box.height - p.box.width * p.box.height);
}
