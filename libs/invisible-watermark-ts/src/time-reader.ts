import {
  CHIP_COLUMNS,
  CHIP_ROWS,
  EPOCH_HINT_MODULUS,
  TIME_COLUMNS,
  TIME_PATTERNS,
  TIME_ROWS,
} from './format.js';
import { chipSpectrum, correlateSpectra, type SoftChips } from './chip-grid.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import type { KeyedLayers } from './layers.js';
import { SLOTS_PER_EPOCH } from './slots.js';

/** The largest of 4 × 57,600 unmarked scores exceeds this about once in 200 windows; a hint may be that unsure. */
const LEAST_Z = 5.5;
/** One of the few epochs after the clearest counts from here on, and from this share of the clearest one's score. */
const LEAST_SUCCESSOR_Z = 4.2;
const LEAST_SUCCESSOR_SHARE = 0.45;
/** How many epochs a static area may lag behind. */
const MAX_LAG_EPOCHS = 4;

/** The time layer of a window. */
export interface TimeReading {
  /** Epoch hint of slot 0, or null when no hint stands out. */
  readonly hint: number | null;
  /** Slots of the first epoch that lie before slot 0: slot s belongs to epoch hint + ⌊(s + phase)/SLOTS_PER_EPOCH⌋. */
  readonly phase: number;
  readonly z: number;
}

/**
 * Reads the epoch hint. Each of the TIME_PATTERNS patterns is correlated at all even shifts by one small FFT, and the scores of
 * successive slots are added along the epochs they would belong to, for every position of the epoch boundary.
 */
export class TimeReader {
  private readonly patterns: readonly Spectrum[];
  private readonly product: Spectrum;
  private readonly smallFft = new RealFft2d(TIME_COLUMNS, TIME_ROWS);
  private readonly folded = this.smallFft.spectrum();
  private readonly scores = new Float32Array(EPOCH_HINT_MODULUS);
  private readonly plane = new Float32Array(TIME_COLUMNS * TIME_ROWS);

  constructor(fft: RealFft2d, layers: KeyedLayers) {
    this.patterns = layers.time.map((chips) => chipSpectrum(fft, chips));
    this.product = fft.spectrum();
  }

  /** `slots` are softened one after another by the caller's generator; `timed` is false when all frames share one epoch. */
  read(
    slots: Iterable<{ readonly index: number; readonly weight: number; readonly soft: SoftChips }>,
    timed: boolean,
  ): TimeReading {
    const phases = timed ? SLOTS_PER_EPOCH : 1;
    const sums = Array.from({ length: phases }, () => new Float32Array(EPOCH_HINT_MODULUS));
    for (const { index, weight, soft } of slots) {
      this.score(soft);
      sums.forEach((sum, phase) => {
        const epochs = timed ? Math.floor((index + phase) / SLOTS_PER_EPOCH) : 0;
        addRotated(sum, this.scores, epochs, weight);
      });
    }
    return best(sums);
  }

  /**
   * The last epoch in sight from `hint` on. A codec keeps static areas, and with them the marks of past epochs, but marks of
   * epochs to come cannot be there: the last one counts even where an earlier one is stronger.
   */
  latest(soft: SoftChips, hint: number): number {
    this.score(soft);
    const least = Math.max(LEAST_SUCCESSOR_Z, LEAST_SUCCESSOR_SHARE * (this.scores[hint] ?? 0));
    let last = hint;
    for (let step = 1; step <= MAX_LAG_EPOCHS; step++) {
      const next = (hint + step) % EPOCH_HINT_MODULUS;
      if ((this.scores[next] ?? 0) >= least) last = next;
    }
    return last;
  }

  /** Scores of all hints: hint = pattern + TIME_PATTERNS · (column + TIME_COLUMNS · row). */
  private score(soft: SoftChips): void {
    this.patterns.forEach((pattern, k) => {
      correlateSpectra(soft.spectrum, pattern, this.product);
      foldSpectrum(this.product, this.folded);
      this.smallFft.inverse(this.folded, this.plane);
      for (let place = 0; place < this.plane.length; place++)
        this.scores[TIME_PATTERNS * place + k] = this.plane[place] ?? 0;
    });
    scaleToUnit(this.scores);
  }
}

/** Keeping every second sample in both directions adds up the spectrum's aliases. */
function foldSpectrum(from: Spectrum, to: Spectrum): void {
  to.re.fill(0);
  to.im.fill(0);
  for (let ky = 0; ky <= CHIP_ROWS / 2; ky++)
    for (let kx = 0; kx < CHIP_COLUMNS; kx++) {
      const i = ky * CHIP_COLUMNS + kx;
      const re = from.re[i] ?? 0;
      const im = from.im[i] ?? 0;
      if (re === 0 && im === 0) continue;
      addFolded(to, kx % TIME_COLUMNS, ky % TIME_ROWS, re, im);
      const hasMirror = ky > 0 && ky < CHIP_ROWS / 2;
      if (hasMirror) addFolded(to, (CHIP_COLUMNS - kx) % TIME_COLUMNS, (CHIP_ROWS - ky) % TIME_ROWS, re, -im);
    }
}

function addFolded(to: Spectrum, kx: number, ky: number, re: number, im: number): void {
  if (ky > TIME_ROWS / 2) return;
  const i = ky * TIME_COLUMNS + kx;
  to.re[i] = (to.re[i] ?? 0) + re;
  to.im[i] = (to.im[i] ?? 0) + im;
}

/** sum(first) += weight · scores(first + epochs): what hint `first` predicts for a slot `epochs` later. */
function addRotated(sum: Float32Array, scores: Float32Array, epochs: number, weight: number): void {
  const turn = epochs % EPOCH_HINT_MODULUS;
  for (let first = 0; first < EPOCH_HINT_MODULUS; first++) {
    const hint = first + turn < EPOCH_HINT_MODULUS ? first + turn : first + turn - EPOCH_HINT_MODULUS;
    sum[first] = (sum[first] ?? 0) + weight * (scores[hint] ?? 0);
  }
}

function scaleToUnit(values: Float32Array): void {
  const deviation = deviationOf(values);
  for (let i = 0; i < values.length; i++) values[i] = deviation > 0 ? (values[i] ?? 0) / deviation : 0;
}

function deviationOf(values: Float32Array): number {
  let energy = 0;
  for (const value of values) energy += value * value;
  return Math.sqrt(energy / values.length);
}

/** Scores are measured against their own spread: the noise of neighbouring slots is not independent. */
function best(sums: readonly Float32Array[]): TimeReading {
  let top = { hint: 0, phase: 0, z: 0 };
  sums.forEach((sum, phase) => {
    const deviation = deviationOf(sum);
    if (deviation === 0) return;
    for (let hint = 0; hint < sum.length; hint++) {
      const z = (sum[hint] ?? 0) / deviation;
      if (z > top.z) top = { hint, phase, z };
    }
  });
  return { hint: top.z >= LEAST_Z ? top.hint : null, phase: top.phase, z: top.z };
}
