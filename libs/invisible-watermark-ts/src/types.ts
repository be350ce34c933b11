/** One 8-bit luma plane. Rows are `stride` bytes apart; only the first `width` bytes of a row are read. */
export interface LumaFrame {
  readonly luma: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /**
   * Media time in milliseconds. With it the detector separates the seconds of a window from each other (the epoch tag
   * changes every second); without it all frames of a call are taken to belong to one epoch.
   */
  readonly timestampMs?: number;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What layer A and the time layer say. */
export interface Payload {
  /** Format version, 4 bits. */
  readonly version: number;
  /** Session number, 44 bits. */
  readonly session: number;
  /**
   * Epoch of most of the window's frames (the first of them when equal), modulo EPOCH_HINT_MODULUS; null when the time
   * layer is too weak to say. It is a hint: only `verifyEpoch` with the epoch's key proves the second.
   */
  readonly epochHint: number | null;
}

/**
 * A place in a received frame, in pixels from the outer corner of its top left pixel: (0, 0) to (width, height) is the
 * whole frame.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Four corners, clockwise as the marked picture itself sees it and from its own top left; a mirrored one runs the other way. */
export type Outline = readonly [Point, Point, Point, Point];

/** Where the marked picture lies in the received frames. */
export interface Geometry {
  /** Size of the received frames. */
  readonly width: number;
  readonly height: number;
  /**
   * Affine map from canonical 1280×720 pixels to received pixels, both with integer pixel centres:
   * x = t[0]·X + t[1]·Y + t[2], y = t[3]·X + t[4]·Y + t[5].
   */
  readonly toFrame: readonly [number, number, number, number, number, number];
}

/** The part of a window that carries one epoch's tag. */
export interface EpochSection {
  /** Epoch modulo EPOCH_HINT_MODULUS, from the time layer. */
  readonly epochHint: number;
  /** Index of the first frame of the section in the window, and how many frames it has. */
  readonly firstFrame: number;
  readonly frameCount: number;
  /** Opaque evidence for `Detector.verifyEpochSection`: saves reading the frames a second time. */
  readonly residual: Float32Array;
}

/** The statistics behind an answer, in standard deviations of unmarked material. */
export interface DetectionStatistics {
  /** Pilot correlation at the geometry. */
  readonly pilotZ: number;
  /** Correlation of the decoded codeword with the received chips; 0 when nothing decoded. */
  readonly payloadZ: number;
  /** Best time-layer correlation. */
  readonly timeZ: number;
  /** Geometries tried before this one was taken. */
  readonly hypotheses: number;
  /** Frames that were read. */
  readonly frames: number;
}

/** Answer for one window of frames. */
export interface Detection {
  readonly found: boolean;
  readonly payload: Payload | null;
  readonly geometry: Geometry | null;
  /** Outline of the marked picture in the received frames; parts that were cropped away lie outside the frame. Null when not found. */
  readonly region: Outline | null;
  /**
   * log10 of an upper bound on the probability that this call finds anything as clear in material without a mark of this key;
   * null when not found. Of a recording add up the bounds of its windows.
   */
  readonly confidenceLog10: number | null;
  /** Seconds of the window in order, when the time layer was read. */
  readonly epochs: readonly EpochSection[];
  readonly statistics: DetectionStatistics;
}

/** How far `detect` looks for the picture. */
export type SearchReach = 'aligned' | 'scaled' | 'rotated';

export interface DetectOptions {
  /**
   * A geometry to try first, for instance that of the window before. Ignored when it belongs to another frame size. It is the first of
   * the geometries that the bound on false positives counts, and all others move back by one. It must not be picked by trying
   * which place reads well in these very frames: such trials would be missing in the count.
   */
  readonly hint?: Geometry | null;
  /**
   * `aligned` tries the whole frame, plainly rescaled, squeezed or mirrored; `scaled` (the default) adds crops, borders and
   * other scales; `rotated` adds small rotations.
   */
  readonly search?: SearchReach;
}

export interface DetectAllOptions extends DetectOptions {
  /** At most this many pictures are looked for, 1 to 49; 25 when absent. */
  readonly limit?: number;
  /** Geometries to try first, one per picture, for instance those of the window before; each counts like `hint`. */
  readonly hints?: readonly Geometry[];
}
