import { MAX_MARKED_PICTURES } from '@guise/protocol';
import { isWholeFrame, regionOf, shareOf, USUAL_SHAPE } from '@guise/verification';
import type { Detection, Detector, Geometry, LumaFrame } from 'invisible-watermark-ts';
import type { TimedFrame } from './settle-epoch.js';

/** Pictures kept of a block for the search that comes when nothing was found: enough to find a geometry. */
const KEPT_FRAMES = 6;
/** Whole searches for a picture that went away while the material ran: the layout of a meeting changes. */
const MAX_LATER_SEARCHES = 6;
/** Outlines whose corners all lie this near each other, in widths and heights of the frame, are of one picture. */
const SAME_PLACE = 0.04;

/** A marked picture of a block, or a place where one was before. */
export interface Place {
  readonly geometry: Geometry;
  /** Null where nothing was read in this block. */
  readonly detection: Detection | null;
}

/** Finds the marked pictures of one block after another, first where they were in the block before. */
export class PictureFinder {
  /** A few pictures of every block whose number is a power of two, so that long material costs no more memory. */
  readonly samples: (readonly TimedFrame[])[] = [];
  private blocks = 0;
  private laterSearches = 0;
  private isLost = false;
  private hasFound = false;

  /** @param known where pictures are expected */
  constructor(
    private readonly detector: Detector,
    private known: readonly Geometry[],
  ) {}

  /** Where pictures were last, or as the material lies; once after one went away also everywhere else. */
  find(frames: readonly TimedFrame[]): readonly Place[] {
    this.keepSample(frames);
    const near = this.detectNear(frames);
    const isMissing = near.length < Math.max(1, this.known.length);
    const search = isMissing && !this.isLost && this.hasFound && this.laterSearches < MAX_LATER_SEARCHES;
    const found = search ? this.searchAll(frames) : near;
    this.isLost = isMissing && found.length <= near.length;
    if (found.length === 0) return this.known.map((geometry) => ({ geometry, detection: null }));
    this.hasFound = true;
    this.known = found.map(({ geometry }) => geometry);
    return found;
  }

  /** What a part of a block says at these places, and elsewhere as the material lies. */
  findIn(frames: readonly TimedFrame[], places: readonly Geometry[]): readonly Place[] {
    return this.detectAll(frames, places);
  }

  private detectNear(frames: readonly TimedFrame[]): readonly Place[] {
    return this.detectAll(frames, this.known);
  }

  private searchAll(frames: readonly TimedFrame[]): readonly Place[] {
    this.laterSearches += 1;
    return placesOf(this.detector.detectAll(frames, { hints: this.known, limit: MAX_MARKED_PICTURES }));
  }

  private detectAll(frames: readonly LumaFrame[], hints: readonly Geometry[]): readonly Place[] {
    const [only, ...others] = hints;
    // A picture that is the whole frame leaves no room for another one: looking for it would double the work.
    const limit =
      others.length === 0 && (only === undefined || fills(frames, only)) ? 1 : MAX_MARKED_PICTURES;
    return placesOf(this.detector.detectAll(frames, { hints, search: 'aligned', limit }));
  }

  private keepSample(frames: readonly TimedFrame[]): void {
    if (Number.isInteger(Math.log2(Math.max(1, this.blocks)))) {
      const step = Math.ceil(frames.length / KEPT_FRAMES);
      this.samples.push(frames.filter((_, i) => i % step === 0));
    }
    this.blocks += 1;
  }
}

function fills([frame]: readonly LumaFrame[], geometry: Geometry): boolean {
  return frame !== undefined && isWholeFrame(shareOf(frame, [regionOf(geometry, USUAL_SHAPE)]));
}

const placesOf = (found: readonly Detection[]): Place[] =>
  found.flatMap((detection) =>
    detection.geometry === null ? [] : [{ geometry: detection.geometry, detection }],
  );

/** Blocks that are searched thoroughly when nothing was found in any. */
const SEARCHED_BLOCKS = 2;

/** The whole search, on the middle of the material and on its beginning: every place where a marked picture is. */
export function searchGeometries(
  detector: Detector,
  samples: readonly (readonly TimedFrame[])[],
): readonly Geometry[] {
  const middle = Math.floor(samples.length / 2);
  const order = [...new Set([middle, 0])].slice(0, SEARCHED_BLOCKS);
  for (const index of order) {
    const found = placesOf(
      detector.detectAll(samples[index] ?? [], { search: 'scaled', limit: MAX_MARKED_PICTURES }),
    );
    if (found.length > 0) return found.map(({ geometry }) => geometry);
  }
  return [];
}

/** Whether two geometries are of one picture. */
export function isSamePlace(a: Geometry, b: Geometry): boolean {
  const [one, other] = [regionOf(a, USUAL_SHAPE), regionOf(b, USUAL_SHAPE)];
  return one.every(({ x, y }, i) => {
    const corner = other[i];
    return corner !== undefined && Math.hypot(corner.x - x, corner.y - y) < SAME_PLACE;
  });
}
