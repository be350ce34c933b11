import { CHIP_COLUMNS, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { fastLength } from './fft.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import { type Affine, compose, invert, resizeMap } from './geometry.js';
import { Kept } from './kept.js';
import { MIDDLE_COLUMN, MIDDLE_ROW, PilotSpectrum } from './pilot-spectrum.js';
import type { Picture } from './resample.js';
import type { Guess, Sweep } from './search-space.js';
import { type BandChoice, bandOf, sourceFor } from './source-grid.js';
import type { FrameWindow } from './window.js';

/** A place where the pilot seems to lie. */
export interface Candidate {
  readonly toFrame: Affine;
  readonly z: number;
  /** The band it was seen in. */
  readonly choice: BandChoice;
  /** Layouts put pictures just there: a fainter pilot will do. */
  readonly isUsual?: true;
}

/** The pilot must lie over this share of the energy that a picture of its size has on average, or of all there is. */
const LEAST_OVERLAP = 0.3;
/** A received picture with fewer chips than this along a side cannot be read. */
const LEAST_SIDE = 30;
/** A pilot is at most so much larger than the chip grid, on its source grid: the root of the grids' ratio, and rotation. */
const ROOM = 1.125;
/** Bytes of canvases that are kept for the next window. */
export const KEPT_CANVAS_BYTES = 64 * 2 ** 20;

/**
 * Correlates the pilot with the received picture at all shifts at once. A picture is transformed once per source grid; a guess of
 * scale, aspect, rotation and mirror costs a look-up in the pilot's spectrum and one inverse transform.
 */
export class CoarseSearch {
  private readonly pilots = new Map<BandChoice, PilotSpectrum>();
  private readonly canvases = new Kept<Canvas>(KEPT_CANVAS_BYTES, ({ bytes }) => bytes);

  constructor(private readonly pilot: Int8Array) {}

  /** Bytes of canvases that are held now. */
  get bytes(): number {
    return this.canvases.bytes;
  }

  /** The clear peaks of every guess of a sweep, at least `leastZ` high. */
  run(window: FrameWindow, { choice, guesses }: Sweep, leastZ: number): Candidate[] {
    const pilot = this.pilotFor(choice);
    const found: Candidate[] = [];
    let loaded: Picture | null = null;
    for (const guess of guesses) {
      if (Math.min(guess.columns, guess.rows) < LEAST_SIDE) continue;
      const source = sourceFor(window, guess.columns, guess.rows, choice);
      const pilotToGrid = linearMap(window, source, guess);
      const canvas = this.canvasFor(source);
      if (loaded !== source) canvas.load(source);
      loaded = source;
      for (const { x, y, z } of canvas.peaks(pilot, pilotToGrid, leastZ))
        found.push({ z, choice, toFrame: placed(window, source, pilotToGrid, x, y) });
    }
    return found;
  }

  private pilotFor(choice: BandChoice): PilotSpectrum {
    const known = this.pilots.get(choice) ?? new PilotSpectrum(this.pilot, bandOf(choice).band);
    this.pilots.set(choice, known);
    return known;
  }

  private canvasFor({ width, height }: Picture): Canvas {
    return this.canvases.get([width, height].join(), () => new Canvas(width, height));
  }
}

/** The linear part of chip → grid sample: [a b; c d] as a, b, c, d. */
type Linear = readonly [number, number, number, number];

/** Chips to grid samples: scaled so that the frame spans the guessed chips, mirrored, turned as seen in the frame. */
function linearMap({ size }: FrameWindow, grid: Picture, guess: Guess): Linear {
  const cos = Math.cos((guess.rotationDeg * Math.PI) / 180);
  const sin = Math.sin((guess.rotationDeg * Math.PI) / 180);
  const [perColumn, perRow] = [size.width / guess.columns, size.height / guess.rows];
  const flip = guess.mirrored ? -1 : 1;
  const [toGridX, toGridY] = [grid.width / size.width, grid.height / size.height];
  return [
    toGridX * cos * perColumn * flip,
    -toGridX * sin * perRow,
    toGridY * sin * perColumn * flip,
    toGridY * cos * perRow,
  ];
}

/** Canonical pixels to received pixels, for a pilot whose middle lies at grid sample (x, y). */
function placed({ size }: FrameWindow, grid: Picture, [a, b, c, d]: Linear, x: number, y: number): Affine {
  const chipToGrid: Affine = [
    a,
    b,
    x - a * MIDDLE_COLUMN - b * MIDDLE_ROW,
    c,
    d,
    y - c * MIDDLE_COLUMN - d * MIDDLE_ROW,
  ];
  const gridToFrame = resizeMap(size.width / grid.width, size.height / grid.height);
  return compose(gridToFrame, compose(chipToGrid, invert(resizeMap(CHIP_PITCH, CHIP_PITCH))));
}

interface Peak {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A source grid with room for a pilot that reaches beyond it. */
class Canvas {
  private readonly fft: RealFft2d;
  private readonly spectrum: Spectrum;
  private readonly product: Spectrum;
  private readonly surface: Float32Array;
  private readonly energy: Float64Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.fft = new RealFft2d(
      fastLength(Math.max(width, Math.ceil(ROOM * CHIP_COLUMNS))),
      fastLength(Math.max(height, Math.ceil(ROOM * CHIP_ROWS))),
    );
    this.spectrum = this.fft.spectrum();
    this.product = this.fft.spectrum();
    this.surface = new Float32Array(this.fft.width * this.fft.height);
    this.energy = new Float64Array((2 * this.fft.width + 1) * (2 * this.fft.height + 1));
  }

  /** Bytes of the buffers. */
  get bytes(): number {
    const { spectrum, product, surface, energy, fft } = this;
    const planes = [spectrum.re, spectrum.im, product.re, product.im, surface, energy];
    return planes.reduce((sum, { byteLength }) => sum + byteLength, fft.bytes);
  }

  load({ samples }: Picture): void {
    const { surface, fft, width, height } = this;
    surface.fill(0);
    for (let y = 0; y < height; y++) surface.set(samples.subarray(y * width, (y + 1) * width), y * fft.width);
    fft.forward(surface, this.spectrum);
    this.sumEnergy(samples);
  }

  /** Energy of all samples above and to the left of each corner between samples, on two by two copies of the canvas. */
  private sumEnergy(samples: Float32Array): void {
    const { width, height, energy, fft } = this;
    const stride = 2 * fft.width + 1;
    for (let y = 0; y < 2 * fft.height; y++) {
      const from = (y % fft.height) * width;
      const to = (y + 1) * stride + 1;
      let row = 0;
      for (let x = 0; x < 2 * fft.width; x++) {
        const column = x < fft.width ? x : x - fft.width;
        if (y % fft.height < height && column < width) row += (samples[from + column] ?? 0) ** 2;
        energy[to + x] = row + (energy[to + x - stride] ?? 0);
      }
    }
  }

  /** Local maxima of the correlation over the root of the energy it was gathered from, in units of that ratio's spread. */
  peaks(pilot: PilotSpectrum, [a, b, c, d]: Linear, leastZ: number): Peak[] {
    const { fft, surface } = this;
    const turn = [a / fft.width, c / fft.height, b / fft.width, d / fft.height] as const;
    const rows = pilot.correlate(fft, turn, this.spectrum, this.product);
    fft.inverse(this.product, surface, rows);
    const extentX = Math.min(fft.width, Math.round(Math.abs(a) * CHIP_COLUMNS + Math.abs(b) * CHIP_ROWS));
    const extentY = Math.min(fft.height, Math.round(Math.abs(c) * CHIP_COLUMNS + Math.abs(d) * CHIP_ROWS));
    const { deviation, highest } = this.scaleByEnergy(extentX, extentY);
    if (!(highest >= leastZ * deviation && deviation > 0)) return [];
    return this.maxima(leastZ * deviation).map(({ x, y, z }) => ({
      x: nearerPlace(x, fft.width, this.width),
      y: nearerPlace(y, fft.height, this.height),
      z: z / deviation,
    }));
  }

  /** Divides by the root of the energy under the pilot, drops what has too little; root mean square and maximum of the rest. */
  private scaleByEnergy(extentX: number, extentY: number): { deviation: number; highest: number } {
    const { fft, surface, energy } = this;
    const stride = 2 * fft.width + 1;
    const share = Math.min(1, (extentX * extentY) / (this.width * this.height));
    const least = LEAST_OVERLAP * share * (energy[fft.height * stride + fft.width] ?? 0);
    const startX = fft.width - Math.floor(extentX / 2);
    const wrapAt = fft.width - startX;
    const startY = fft.height - Math.floor(extentY / 2);
    let sum = 0;
    let count = 0;
    let highest = 0;
    for (let y = 0; y < fft.height; y++) {
      const top = ((y + startY) % fft.height) * stride;
      const bottom = top + extentY * stride;
      for (let x = 0; x < fft.width; x++) {
        const i = y * fft.width + x;
        const left = x < wrapAt ? x + startX : x + startX - fft.width;
        const right = left + extentX;
        const under =
          (energy[bottom + right] ?? 0) -
          (energy[bottom + left] ?? 0) -
          (energy[top + right] ?? 0) +
          (energy[top + left] ?? 0);
        if (under < least || under <= 0) {
          surface[i] = 0;
          continue;
        }
        const value = (surface[i] ?? 0) / Math.sqrt(under);
        surface[i] = value;
        sum += value * value;
        count++;
        if (value > highest) highest = value;
      }
    }
    return { deviation: Math.sqrt(sum / Math.max(1, count)), highest };
  }

  private maxima(least: number): Peak[] {
    const { fft, surface } = this;
    const peaks: Peak[] = [];
    for (let i = 0; i < surface.length; i++) {
      const value = surface[i] ?? 0;
      if (value < least) continue;
      const x = i % fft.width;
      const y = (i - x) / fft.width;
      const beside = (dx: number, dy: number) =>
        surface[((y + dy + fft.height) % fft.height) * fft.width + ((x + dx + fft.width) % fft.width)] ?? 0;
      if (value >= beside(-1, 0) && value > beside(1, 0) && value >= beside(0, -1) && value > beside(0, 1))
        peaks.push({ x, y, z: value });
    }
    return peaks;
  }
}

/** Of the two places that are cyclically the same, the one nearer to the middle of the picture. */
function nearerPlace(place: number, side: number, received: number): number {
  return Math.abs(place - received / 2) <= Math.abs(place - side - received / 2) ? place : place - side;
}
