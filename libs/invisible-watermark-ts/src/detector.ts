import { falsePositiveLog10, isAccepted, isOneSessions, MAX_GEOMETRIES } from './acceptance.js';
import { ChipGrid } from './chip-grid.js';
import { checkCount, MAX_PICTURES, nothingFound } from './detection.js';
import { createStream, type DetectorStream, type StreamOptions } from './detector-stream.js';
import { WatermarkError } from './errors.js';
import { CHIP_COUNT, FORMAT_VERSION } from './format.js';
import { type Affine, checkGeometry } from './geometry.js';
import { GeometrySearch } from './geometry-search.js';
import { checkKey } from './keys.js';
import { deriveLayers, type KeyedLayers, payloadChips } from './layers.js';
import { MarkReader, type MarkReading } from './mark-reader.js';
import type { PayloadReading } from './payload-reader.js';
import { outline } from './region.js';
import { settle, SETTLED_PILOT_Z } from './settle.js';
import { fixedPlace } from './search-space.js';
import type {
  DetectAllOptions,
  DetectOptions,
  Detection,
  EpochSection,
  Geometry,
  LumaFrame,
  SearchReach,
} from './types.js';
import { FrameWindow, GridReaders } from './window.js';

export interface DetectorOptions {
  /** The organisation's 32-byte marking key. */
  readonly key: Uint8Array;
}

export interface Detector {
  /** Looks for the mark in a window of frames of one size and geometry (one frame to a few seconds). */
  detect(frames: readonly LumaFrame[], options?: DetectOptions): Detection;
  /**
   * Every marked picture of a window (gallery view, picture in picture), strongest first; pictures of one session at
   * several places count each. Empty when there is none.
   */
  detectAll(frames: readonly LumaFrame[], options?: DetectAllOptions): readonly Detection[];
  /** Windows of a long recording, one after another, each starting from the last geometry. */
  stream(options?: StreamOptions): DetectorStream;
  /**
   * Layer A of a session that is known already: z-score of its own codeword in these frames, however weak. Accept at
   * EPOCH_TAG_MIN_Z: a clear pilot alone is any session's.
   */
  verifySession(frames: readonly LumaFrame[], geometry: Geometry, session: number): { readonly z: number };
  /** Layer B: z-score of the epoch tag that only the holder of `epochKey` could have drawn. Accept at EPOCH_TAG_MIN_Z. */
  verifyEpoch(frames: readonly LumaFrame[], geometry: Geometry, epochKey: Uint8Array): { readonly z: number };
  /** As `verifyEpoch`, on a section that `detect` returned. */
  verifyEpochSection(section: EpochSection, epochKey: Uint8Array): { readonly z: number };
}

/**
 * Prepares detection with one marking key: a few hundred milliseconds and 4 MB. A detector keeps less than 120 MiB of plans and buffers
 * for its next call, whatever frames it was given, and takes up to as much again during one; all of a process share the kernels'
 * memory, as large as the largest frame needs.
 */
export function createDetector({ key }: DetectorOptions): Detector {
  const detector = new KeyedDetector(checkKey(key));
  return {
    detect: (frames, options) => detector.detect(frames, options),
    detectAll: (frames, options) => detector.detectAll(frames, options),
    stream: (options) => createStream(detector, options),
    verifySession: (frames, geometry, session) => detector.verifySession(frames, geometry, session),
    verifyEpoch: (frames, geometry, epochKey) => detector.verifyEpoch(frames, geometry, epochKey),
    verifyEpochSection: (section, epochKey) => detector.verifyEpochSection(section, epochKey),
  };
}

/** What was read, and where. */
interface PlacedReading {
  readonly toFrame: Affine;
  readonly reading: MarkReading;
  readonly payload: PayloadReading;
}

/** What one call has tried so far. */
interface Attempt {
  /** Geometries at which a payload may have been read: they widen the bound on false positives. */
  geometries: number;
  bestPilotZ: number;
}

class KeyedDetector {
  private readonly layers: KeyedLayers;
  private readonly grid: ChipGrid;
  private readonly reader: MarkReader;
  private readonly search: GeometrySearch;
  private readonly gridReaders = new GridReaders();

  constructor(key: Uint8Array) {
    this.layers = deriveLayers(key);
    this.grid = new ChipGrid(this.layers.pilot);
    this.reader = new MarkReader(this.layers, this.grid);
    this.search = new GeometrySearch(this.grid, this.layers.pilot);
  }

  detect(frames: readonly LumaFrame[], options: DetectOptions = {}): Detection {
    const window = new FrameWindow(frames, this.gridReaders);
    const attempt: Attempt = { geometries: 0, bestPilotZ: 0 };
    for (const detection of this.pictures(window, options, attempt)) return detection;
    return nothingFound({
      frames: frames.length,
      pilotZ: attempt.bestPilotZ,
      hypotheses: attempt.geometries,
    });
  }

  detectAll(frames: readonly LumaFrame[], options: DetectAllOptions = {}): Detection[] {
    const limit = checkCount('limit', options.limit ?? DEFAULT_LIMIT, MAX_PICTURES);
    const window = new FrameWindow(frames, this.gridReaders);
    const found: Detection[] = [];
    for (const detection of this.pictures(window, options, { geometries: 0, bestPilotZ: 0 })) {
      found.push(detection);
      if (found.length >= limit) break;
    }
    return found.sort((a, b) => (a.confidenceLog10 ?? 0) - (b.confidenceLog10 ?? 0));
  }

  /** Reads one picture after another, looking away from those that were read, until the search or the frame is used up. */
  private *pictures(window: FrameWindow, options: DetectAllOptions, attempt: Attempt): Generator<Detection> {
    for (const toFrame of this.geometries(window, options, attempt)) {
      attempt.geometries++;
      if (attempt.geometries > MAX_GEOMETRIES) return;
      const reading = this.reader.read(window, toFrame);
      attempt.bestPilotZ = Math.max(attempt.bestPilotZ, reading.pilotZ);
      const detection = this.accept(window, toFrame, reading, attempt, isHint(toFrame, options));
      const region = detection?.region ?? null;
      if (detection === null || region === null) continue;
      yield detection;
      window.exclude(region);
      if (window.isUsedUp()) return;
    }
  }

  verifySession(frames: readonly LumaFrame[], geometry: Geometry, session: number): { z: number } {
    const window = new FrameWindow(frames, this.gridReaders);
    const toFrame = checkGeometry(geometry, window.size);
    return { z: this.reader.sessionZ(this.reader.softChips(window, toFrame), session) };
  }

  verifyEpoch(frames: readonly LumaFrame[], geometry: Geometry, epochKey: Uint8Array): { z: number } {
    checkKey(epochKey);
    const window = new FrameWindow(frames, this.gridReaders);
    const toFrame = checkGeometry(geometry, window.size);
    return { z: this.reader.tagZ(this.reader.softChips(window, toFrame), epochKey) };
  }

  verifyEpochSection({ residual }: EpochSection, epochKey: Uint8Array): { z: number } {
    if (residual.length !== CHIP_COUNT)
      throw new WatermarkError('invalid-frames', 'an epoch section comes from this detector, unchanged');
    return { z: this.reader.tagZ(residual, checkKey(epochKey)) };
  }

  /** The hints, then what the search proposes and a quick trial or a clear pilot supports. */
  private *geometries(
    window: FrameWindow,
    { hint = null, hints = [], search = 'scaled' }: DetectAllOptions,
    attempt: Attempt,
  ): Generator<Affine> {
    const { width, height } = window.size;
    if (!REACHES.includes(search))
      throw new WatermarkError('invalid-option', `search is one of ${REACHES.join(', ')}`);
    if (hints.length > MAX_PICTURES)
      throw new WatermarkError('invalid-option', `at most ${MAX_PICTURES} hints`);
    for (const known of hint === null ? hints : [hint, ...hints])
      if (known.width === width && known.height === height) yield checkGeometry(known, window.size);
    let first = true;
    for (const { toFrame, z, isUsual } of this.search.candidates(window, search)) {
      const isReadable = z >= (isUsual ? USUAL_READABLE_Z : READABLE_Z);
      // The plainest geometry is read in full whatever its pilot says: it is the likeliest by far.
      if (first || isReadable || this.reader.trial(window, toFrame)) yield toFrame;
      else attempt.geometries++;
      first = false;
    }
  }

  private accept(
    window: FrameWindow,
    toFrame: Affine,
    reading: MarkReading,
    { geometries }: Attempt,
    hinted: boolean,
  ): Detection | null {
    const { payload, pilotZ } = reading;
    if (payload === null) return null;
    const confidenceLog10 = falsePositiveLog10({
      payloadZ: payload.z,
      pilotZ,
      geometries,
      fixedPlace: fixedPlace(window.size, toFrame),
    });
    if (!isAccepted(confidenceLog10) || !isOneSessions(payload.z, pilotZ)) return null;
    const asRead = { toFrame, reading, payload };
    const placed = hinted ? asRead : this.settled(window, asRead);
    const timed = window.frames.every((frame) => frame.timestampMs !== undefined);
    const { time, epochs } = this.reader.readTime(placed.reading, timed);
    return {
      found: true,
      payload: { version: FORMAT_VERSION, session: placed.payload.session, epochHint: mainEpoch(epochs) },
      geometry: { ...window.size, toFrame: placed.toFrame },
      region: outline(placed.toFrame),
      confidenceLog10,
      epochs,
      statistics: {
        pilotZ: placed.reading.pilotZ,
        payloadZ: placed.payload.z,
        timeZ: time.z,
        hypotheses: geometries,
        frames: window.frames.length,
      },
    };
  }

  /**
   * What was accepted, read again where all of the picture fits; what is read there counts, should it be another word, because it is
   * clearer. The bound stays that of the reading which was accepted.
   */
  private settled(window: FrameWindow, asRead: PlacedReading): PlacedReading {
    if (asRead.reading.pilotZ >= SETTLED_PILOT_Z) return asRead;
    const chips = payloadChips(this.layers, asRead.payload.session);
    const toFrame = settle(window, asRead.toFrame, this.grid, chips);
    if (toFrame === asRead.toFrame) return asRead;
    const reading = this.reader.read(window, toFrame);
    const { payload, pilotZ } = reading;
    if (payload === null || payload.z <= asRead.payload.z || !isOneSessions(payload.z, pilotZ)) return asRead;
    return { toFrame, reading, payload };
  }
}

const isHint = (toFrame: Affine, { hint, hints = [] }: DetectAllOptions): boolean =>
  [hint, ...hints].some((known) => known?.toFrame === toFrame);

const REACHES: readonly SearchReach[] = ['aligned', 'scaled', 'rotated'];

/** Pictures looked for in one window: as many as the largest gallery views show. */
const DEFAULT_LIMIT = 25;

function mainEpoch(epochs: readonly EpochSection[]): number | null {
  const most = Math.max(...epochs.map((section) => section.frameCount));
  return epochs.find((section) => section.frameCount === most)?.epochHint ?? null;
}

/** A refined pilot this clear deserves a full reading even when the trial on a few frames failed. */
const READABLE_Z = 6;
/** As much at a usual place: a tile without a picture seldom has it. */
const USUAL_READABLE_Z = 4;
