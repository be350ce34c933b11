import { FRACTION_ONE } from './fixed-point.js';

/**
 * Frames over which one epoch's field turns into the next one's: at most this many, and at most a fifth of the frames that the
 * epoch before had, so that slow streams switch at once. A static picture then never jumps.
 */
const MAX_FADE_FRAMES = 6;
const FADE_SHARE = 5;

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
  /** Frames seen in the present epoch, and how many its fade takes. */
  private frames = 0;
  private fadeFrames = 0;

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

  /** Field of the next frame of an epoch; holds until the next call. */
  next(epoch: number): Int8Array {
    if (this.current.epoch !== epoch) this.enter(epoch);
    this.frames++;
    if (this.frames >= this.fadeFrames) return this.current.field;
    const weight = Math.round((FRACTION_ONE * this.frames) / this.fadeFrames);
    this.blend(this.previous.field, this.current.field, weight, this.mixed);
    return this.mixed;
  }

  private enter(epoch: number): void {
    this.prepare(epoch);
    [this.previous, this.current, this.ahead] = [this.current, this.ahead, this.previous];
    this.ahead.epoch = null;
    this.fadeFrames = Math.min(MAX_FADE_FRAMES, Math.floor(this.frames / FADE_SHARE));
    this.frames = 0;
  }
}
