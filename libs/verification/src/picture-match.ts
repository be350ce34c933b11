import { recordedFace, type FingerprintReader, type SceneComparison } from 'invisible-watermark-ts';

/** How one received picture compares with the recorded one nearest to it. */
export interface PictureMatch extends SceneComparison {
  /** Distance of the face, 0–256; null when none was recorded, or none of those recorded was wholly received. */
  readonly face: number | null;
  /** A face was recorded, and the received picture ends before it does: nothing can be said of it. */
  readonly isFaceCut: boolean;
}

/*
 * Measured by `npm run bench -- fingerprints --json FILE` (docs/spec/watermark.md §9 has the table). A distance at or below
 * MAX is the recorded picture, from DIFFERS on it is another one; between them it was treated too harshly to tell.
 */
/** Of the whole picture, bits of 256: what was sent lies at 2.4 at most, unrelated pictures at 90 and more. */
export const PICTURE_MAX_DISTANCE = 16;
export const PICTURE_DIFFERS_DISTANCE = 32;
/** Of the face: what was sent lies at 11 at most where it was put back in place, another face rendered there at 21 and more. */
export const FACE_MAX_DISTANCE = 16;
export const FACE_DIFFERS_DISTANCE = 20;
/**
 * Of the median tile, bits of 64, which speaks for a part: what was sent lies at 2.4 at most, at 11 where it was put back
 * askew, unrelated pictures at 20 and more.
 */
export const TILES_MAX_MEDIAN = 6;
export const TILES_DIFFER_MEDIAN = 14;
/** A tile is foreign when it lies this far above twice the median (a picture not quite in place moves all of them), and … */
export const TILE_MIN_EXCESS = 8;
/** … at least this far in absolute terms. */
export const TILE_MIN_DISTANCE = 10;
/** One foreign tile may be motion between two recorded pictures; a pasted face covers more. */
export const ALTERED_MIN_TILES = 2;

/**
 * Whole tiles that must have been compared, of 16: a cut that leaves fewer shows too little of the picture to vouch for. The
 * middle half of the area has four.
 */
export const MIN_TILES = 6;

/** A face this near needs no nearer one. */
const FACE_SURE_DISTANCE = FACE_MAX_DISTANCE / 2;

/**
 * A received picture beside what was recorded: the nearest scene, and the nearest face of any moment around it. A face that
 * was recorded is looked for in any case: a moment without one does not stand in for it.
 * @param recorded fingerprints in the order of time, of the whole picture or of the face alone
 * @returns null when there is nothing to compare with
 */
export function matchPicture(
  reader: FingerprintReader,
  recorded: readonly Uint8Array[],
): PictureMatch | null {
  const scene = nearestScene(reader, recorded);
  if (scene === null) return null;
  const face = nearestFace(reader, recorded, scene.index);
  return { ...scene.match, face, isFaceCut: face === null && recorded.some(hasFace) };
}

const hasFace = (sent: Uint8Array): boolean => recordedFace(sent) !== null;

/** The same by the scene alone, without the face: cheap enough to look through a whole session. */
export function matchScene(reader: FingerprintReader, recorded: readonly Uint8Array[]): PictureMatch | null {
  const scene = nearestScene(reader, recorded);
  return scene && { ...scene.match, face: null, isFaceCut: false };
}

function nearestScene(
  reader: FingerprintReader,
  recorded: readonly Uint8Array[],
): { readonly match: SceneComparison; readonly index: number } | null {
  let best: { readonly match: SceneComparison; readonly index: number } | null = null;
  for (const [index, sent] of recorded.entries()) {
    const match = reader.compareScene(sent);
    if (match !== null && (best === null || sceneDistance(match) < sceneDistance(best.match)))
      best = { match, index };
  }
  return best;
}

/** Outwards from the nearest scene, for the nearest face is likeliest there. */
function nearestFace(
  reader: FingerprintReader,
  recorded: readonly Uint8Array[],
  from: number,
): number | null {
  const order = recorded.map((_, index) => index).sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
  let best: number | null = null;
  for (const index of order) {
    const sent = recorded[index];
    const face = sent === undefined ? null : reader.compareFace(sent);
    if (face !== null && (best === null || face < best)) best = face;
    if (best !== null && best <= FACE_SURE_DISTANCE) return best;
  }
  return best;
}

/** Distance of the scene in bits of 256, by its tiles where not all of it was received. */
export const sceneDistance = ({ picture, median }: SceneComparison): number =>
  picture ?? (median === null ? Number.POSITIVE_INFINITY : 4 * median);

/** What one picture says of itself. */
export type PictureJudgement =
  | 'recorded'
  | 'unclear'
  | 'picture-differs'
  | 'face-differs'
  | 'tiles-differ'
  | 'face-cut'
  | 'too-little'
  | 'nothing-to-compare';

/** What speaks against a picture comes first: what little of it was received may be foreign enough. */
export function judgePicture(match: PictureMatch): PictureJudgement {
  const { picture, face, median, isFaceCut } = match;
  if (median === null && face === null) return 'nothing-to-compare';
  if (exceeds(median, TILES_DIFFER_MEDIAN)) return 'picture-differs';
  // Askew, a genuine face looks like another one: then nothing is said of it.
  const isInPlace = (median ?? 0) <= TILES_MAX_MEDIAN;
  if (isInPlace && exceeds(face, FACE_DIFFERS_DISTANCE)) return 'face-differs';
  if (alteredTiles(match).length >= ALTERED_MIN_TILES) return 'tiles-differ';
  if (exceeds(picture, PICTURE_DIFFERS_DISTANCE)) return 'picture-differs';
  if (match.tileDistances.filter((distance) => distance !== null).length < MIN_TILES) return 'too-little';
  if (isFaceCut) return 'face-cut';
  const isNear = isInPlace && (picture ?? 0) <= PICTURE_MAX_DISTANCE && (face ?? 0) <= FACE_MAX_DISTANCE;
  return isNear ? 'recorded' : 'unclear';
}

const exceeds = (distance: number | null, limit: number): boolean => distance !== null && distance >= limit;

/** Tiles that stand out from a picture which otherwise matches. */
export function alteredTiles({
  median,
  tileDistances,
}: Pick<PictureMatch, 'median' | 'tileDistances'>): number[] {
  const limit = Math.max(TILE_MIN_DISTANCE, 2 * (median ?? 0) + TILE_MIN_EXCESS);
  return tileDistances.flatMap((distance, tile) => (exceeds(distance, limit) ? [tile] : []));
}
