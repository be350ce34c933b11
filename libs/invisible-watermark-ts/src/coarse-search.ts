import { correlateSpectra } from './chip-grid.js';
import { CHIP_COLUMNS, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { type Affine, compose, invert, resizeMap } from './geometry.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import { warp } from './resample.js';
import type { Guess } from './search-space.js';
import { Whitener } from './whiten.js';
import type { FrameWindow } from './window.js';

/** A place where the pilot seems to lie. */
export interface Candidate {
  readonly toFrame: Affine;
  readonly z: number;
}

/** Canvas sides in samples: few, so that plans and template spectra are shared by many guesses. All 2^a·3^b·5^c. */
const CANVAS_WIDTHS = [CHIP_COLUMNS, 384, 480, 600, 720, 900, 1080];
const CANVAS_HEIGHTS = [CHIP_ROWS, 216, 270, 360, 480, 600, 720, 900, 1080];
/** Neighbouring source grids differ by this factor; a guess is warped from the nearest. */
const GRID_RATIO = 1.25;
const GRID_WIDENING = Math.sqrt(GRID_RATIO);
/** A guess needs this share of the smaller of picture and grid to overlap. */
const LEAST_OVERLAP = 0.3;
/** A received picture with fewer chips than this along a side cannot be read. */
const LEAST_SIDE = 30;

/** Correlates the pilot with guessed versions of the received picture, at all shifts at once. */
export class CoarseSearch {
  private readonly canvases = new Map<string, Canvas>();

  constructor(private readonly pilot: Int8Array) {}

  /** The best shift of a guess; null where the guess does not fit any canvas. */
  try(window: FrameWindow, guess: Guess): Candidate | null {
    const canvas = this.canvasFor(guess);
    if (canvas === null) return null;
    const source = window.searchResidual(nearestGrid(guess), GRID_WIDENING);
    const canvasToFrame = guessMap(window, guess);
    const gridToFrame = resizeMap(window.size.width / source.width, window.size.height / source.height);
    canvas.samples.fill(0);
    const size = { width: guess.columns, height: guess.rows };
    warp(source, compose(invert(gridToFrame), canvasToFrame), size, canvas.samples, canvas.fft.width);
    const { z, dx, dy } = canvas.highest(size.width, size.height);
    const chipToCanvas: Affine = [1, 0, dx, 0, 1, dy];
    return {
      z,
      toFrame: compose(canvasToFrame, compose(chipToCanvas, invert(resizeMap(CHIP_PITCH, CHIP_PITCH)))),
    };
  }

  private canvasFor({ columns, rows }: Guess): Canvas | null {
    const width = CANVAS_WIDTHS.find((side) => side >= columns);
    const height = CANVAS_HEIGHTS.find((side) => side >= rows);
    if (width === undefined || height === undefined || columns < LEAST_SIDE || rows < LEAST_SIDE) return null;
    const name = [width, height].join();
    const canvas = this.canvases.get(name) ?? new Canvas(width, height, this.pilot);
    this.canvases.set(name, canvas);
    return canvas;
  }
}

function nearestGrid({ columns, rows }: Guess): { width: number; height: number } {
  const step = Math.round(Math.log(columns / CHIP_COLUMNS) / Math.log(GRID_RATIO));
  const width = CHIP_COLUMNS * GRID_RATIO ** step;
  return { width: Math.round(width), height: Math.round((width * rows) / columns / 2) * 2 };
}

/** Canvas samples to received pixels: scaled to the frame, rotated about its centre. */
function guessMap({ size }: FrameWindow, { columns, rows, rotationDeg }: Guess): Affine {
  const cos = Math.cos((rotationDeg * Math.PI) / 180);
  const sin = Math.sin((rotationDeg * Math.PI) / 180);
  const x = (size.width - 1) / 2;
  const y = (size.height - 1) / 2;
  const rotation: Affine = [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y];
  return compose(rotation, resizeMap(size.width / columns, size.height / rows));
}

/** One FFT size with the pilot in its top left corner. */
class Canvas {
  readonly fft: RealFft2d;
  readonly samples: Float32Array;
  private readonly whitener: Whitener;
  private readonly template: Spectrum;
  private readonly spectrum: Spectrum;

  constructor(width: number, height: number, pilot: Int8Array) {
    this.fft = new RealFft2d(width, height);
    this.whitener = new Whitener(this.fft);
    this.samples = new Float32Array(width * height);
    for (let y = 0; y < CHIP_ROWS; y++)
      this.samples.set(pilot.subarray(y * CHIP_COLUMNS, (y + 1) * CHIP_COLUMNS), y * width);
    this.template = this.fft.spectrum();
    this.fft.forward(this.samples, this.template);
    this.spectrum = this.fft.spectrum();
  }

  /** Correlates `samples` (a picture of columns×rows in the corner) and returns the most significant shift. */
  highest(columns: number, rows: number): { z: number; dx: number; dy: number } {
    const { fft, spectrum, samples, whitener, template } = this;
    fft.forward(samples, spectrum);
    whitener.run(spectrum);
    const energy = spectrumEnergy(fft, spectrum);
    correlateSpectra(spectrum, template, spectrum);
    fft.inverse(spectrum, samples);
    const alongX = overlaps(fft.width, columns, CHIP_COLUMNS);
    const alongY = overlaps(fft.height, rows, CHIP_ROWS);
    const least = LEAST_OVERLAP * Math.min(columns, CHIP_COLUMNS) * Math.min(rows, CHIP_ROWS);
    let top = { ratio: 0, x: 0, y: 0 };
    for (let y = 0; y < fft.height; y++)
      for (let x = 0; x < fft.width; x++) {
        const value = samples[y * fft.width + x] ?? 0;
        if (value <= 0) continue;
        const area = (alongX.length[x] ?? 0) * (alongY.length[y] ?? 0);
        const ratio = (value * value) / area;
        if (area >= least && ratio > top.ratio) top = { ratio, x, y };
      }
    const variance = energy / (columns * rows);
    return {
      z: variance > 0 ? Math.sqrt(top.ratio / variance) : 0,
      dx: alongX.shift[top.x] ?? 0,
      dy: alongY.shift[top.y] ?? 0,
    };
  }
}

/** Sum of the squared samples behind a spectrum (Parseval). */
function spectrumEnergy(fft: RealFft2d, { re, im }: Spectrum): number {
  let sum = 0;
  for (let ky = 0; ky < fft.rows; ky++) {
    const weight = ky === 0 || ky === fft.height / 2 ? 1 : 2;
    for (let i = ky * fft.width; i < (ky + 1) * fft.width; i++)
      sum += weight * ((re[i] ?? 0) ** 2 + (im[i] ?? 0) ** 2);
  }
  return sum / (fft.width * fft.height);
}

/** For every cyclic shift of one axis: the signed shift with the larger overlap of picture and grid, and that overlap. */
function overlaps(side: number, received: number, grid: number): { shift: Int32Array; length: Float32Array } {
  const shift = new Int32Array(side);
  const length = new Float32Array(side);
  const overlap = (d: number) => Math.max(0, Math.min(received, d + grid) - Math.max(0, d));
  for (let d = 0; d < side; d++) {
    shift[d] = overlap(d) >= overlap(d - side) ? d : d - side;
    length[d] = Math.max(overlap(d), overlap(d - side), 1e-3);
  }
  return { shift, length };
}
