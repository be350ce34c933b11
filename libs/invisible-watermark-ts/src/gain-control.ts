/** The error that rounding to 8 bits adds, in squared code values. */
const ROUNDING_ERROR = 1 / 12;
/** Aim this much above the target, so that the frames' spread stays above it. */
const MARGIN_DB = 0.04;
/** Weight of the newest frame in the smoothed gain: about five frames' memory. */
const SMOOTHING = 0.2;
/**
 * Flat areas get at most this root-mean-square change, in code values, whatever the target: a picture that is flat
 * everywhere stays above its target instead of showing the mark.
 */
const MAX_FLAT_CHANGE = 0.8;

/** Resolution of the target error, in squared code values. */
const ERROR_ONE = 2 ** 20;

/** Chooses the global gain so that the luma PSNR keeps its target, smoothly over time. */
export class GainControl {
  private readonly targetError: number;
  private gain = 0;
  private correction = 1;

  constructor(
    targetPsnrDb: number,
    private readonly flatStrength: number,
  ) {
    const error = 255 ** 2 / 10 ** ((targetPsnrDb + MARGIN_DB) / 10);
    // engines round powers differently in the last bit; the bytes of the mark must not
    this.targetError = Math.round(error * ERROR_ONE) / ERROR_ONE;
  }

  /** Gain for a frame whose strength map has this mean square. */
  next(mapEnergy: number): number {
    const wanted = this.correction * Math.sqrt(Math.max(0, this.targetError - ROUNDING_ERROR) / mapEnergy);
    const bounded = Math.min(wanted, MAX_FLAT_CHANGE / this.flatStrength);
    this.gain = this.gain === 0 ? bounded : (1 - SMOOTHING) * this.gain + SMOOTHING * bounded;
    return this.gain;
  }

  /** Feeds back the mean squared error that the frame got: clipping and rounding shift it from the prediction. */
  observe(error: number): void {
    if (error <= 0) return;
    const step = Math.min(1.1, Math.max(0.9, Math.sqrt(this.targetError / error)));
    this.correction = Math.min(1.3, Math.max(0.5, this.correction * Math.sqrt(step)));
  }
}
