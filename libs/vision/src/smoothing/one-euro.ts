/**
 * One-Euro filter: a low-pass whose cutoff rises with speed, so that rest is calm and motion is not late.
 * Casiez, Roussel, Vogel: "1 € Filter", CHI 2012.
 */
export interface OneEuroOptions {
  /** Cutoff at rest, Hz. */
  readonly minCutoffHz: number;
  /** Hz of cutoff per unit of speed (value units per second). */
  readonly speedCoefficient: number;
  /** Cutoff of the speed's own low-pass, Hz. */
  readonly speedCutoffHz: number;
}

/** Weight of the newest sample for a first-order low-pass of this cutoff. */
export function smoothingFactor(cutoffHz: number, seconds: number): number {
  const r = 2 * Math.PI * cutoffHz * seconds;
  return r / (r + 1);
}

export class OneEuroFilter {
  private value = 0;
  private speed = 0;
  private started = false;

  constructor(private readonly options: OneEuroOptions) {}

  /** @param seconds time since the sample before, > 0; ignored for the first sample, which passes as it is. */
  next(sample: number, seconds: number): number {
    if (!this.started) {
      this.started = true;
      this.value = sample;
      return sample;
    }
    const { minCutoffHz, speedCoefficient, speedCutoffHz } = this.options;
    const speed = (sample - this.value) / seconds;
    this.speed += smoothingFactor(speedCutoffHz, seconds) * (speed - this.speed);
    const cutoff = minCutoffHz + speedCoefficient * Math.abs(this.speed);
    this.value += smoothingFactor(cutoff, seconds) * (sample - this.value);
    return this.value;
  }

  /** The last value given out. */
  get current(): number {
    return this.value;
  }
}
