import { FRACTION_ONE } from './fixed-point.js';

/**
 * One epoch's field turns into the next one's within this much media time, counted from the last frame of the epoch before, so that
 * a static picture never jumps; and within so many frames, so that clocks that stand still or run back cannot hold an epoch up.
 */
const FADE_MS = 200;
const MAX_FADE_FRAMES = 12;

interface EpochField {
  epoch: number | null;
  readonly field: Int8Array;
}

/** Draws the field of an epoch into a buffer. */
export type DrawField = (epoch: number, out: Int8Array) => void;
/** out = from + (to − from)·weight, weight in 1/32768. */
export type BlendFields = (from: Int8Array, to: Int8Array, weight: number, out: Int8Array) => void;

/** Keeps the fields of the epoch before, the present one and one drawn ahead, and fades from one to the next. */
export class EpochFields {
  private previous: EpochField;
  private current: EpochField;
  private ahead: EpochField;
  private readonly mixed: Int8Array;
  /** Frames seen in the present epoch. */
  private frames = 0;
  /** Media time of the last frame, and of the last one before the present epoch; null where it is not known. */
  private lastMs: number | null = null;
  private fadeFromMs: number | null = null;

  constructor(
    pixels: number,
    private readonly draw: DrawField,
    private readonly blend: BlendFields,
  ) {
    const empty = (): EpochField => ({ epoch: null, field: new Int8Array(pixels) });
    [this.previous, this.current, this.ahead] = [empty(), empty(), empty()];
    this.mixed = new Int8Array(pixels);
  }

  /** Draws an epoch's field unless it is at hand. */
  prepare(epoch: number): void {
    if (this.current.epoch === epoch || this.ahead.epoch === epoch) return;
    this.ahead.epoch = null;
    this.draw(epoch, this.ahead.field);
    this.ahead.epoch = epoch;
  }

  /** Field of the next frame of an epoch; holds until the next call. Without a media time the epoch begins at once. */
  next(epoch: number, timestampMs: number | null): Int8Array {
    if (this.current.epoch !== epoch) this.enter(epoch);
    this.frames++;
    this.lastMs = timestampMs;
    const weight = Math.round(FRACTION_ONE * this.shareAt(timestampMs));
    if (weight >= FRACTION_ONE) return this.current.field;
    this.blend(this.previous.field, this.current.field, weight, this.mixed);
    return this.mixed;
  }

  /** How much of the present epoch is in a frame: even in time, hence as many steps as frames arrive. */
  private shareAt(timestampMs: number | null): number {
    if (this.fadeFromMs === null || timestampMs === null) return 1;
    return Math.max((timestampMs - this.fadeFromMs) / FADE_MS, this.frames / MAX_FADE_FRAMES);
  }

  private enter(epoch: number): void {
    this.prepare(epoch);
    [this.previous, this.current, this.ahead] = [this.current, this.ahead, this.previous];
    this.ahead.epoch = null;
    this.fadeFromMs = this.lastMs;
    this.frames = 0;
  }
}
