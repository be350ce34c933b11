import type { Band } from './band.js';
import { BAND, CHIP_COLUMNS, CHIP_PITCH } from './format.js';
import { type Affine, invert } from './geometry.js';
import type { Picture } from './resample.js';
import type { ResidualOptions } from './residual.js';
import type { Size } from './types.js';
import type { FrameWindow } from './window.js';

/** Neighbouring source grids differ by this factor in scale; a picture is looked at on the nearest. */
const GRID_RATIO = 1.25;
/** Grids of other aspects than the frame's differ by this factor in height: so few serve all geometries. */
const ASPECT_RATIO_STEP = 1.06;
/** Frames that would hold more chips than this along their width are looked at part by part. */
const MOST_COLUMNS = 1000;

/** The lower half of the band, on wider samples: small pictures keep little else. */
const LOW_BAND: Band = { start: 0.025, flatFrom: 0.03, flatTo: 0.05, end: 0.06 };
const LOW_PITCH = 6;

/** Which part of the mark's spectrum is looked at. */
export type BandChoice = 'full' | 'low';

export function bandOf(choice: BandChoice): Required<Pick<ResidualOptions, 'band' | 'pitch'>> {
  return choice === 'full' ? { band: BAND, pitch: CHIP_PITCH } : { band: LOW_BAND, pitch: LOW_PITCH };
}

/** The searched frames' residual on the source grid nearest to so many chips along the frame's width and height. */
export function sourceFor(window: FrameWindow, columns: number, rows: number, choice: BandChoice): Picture {
  const { band, pitch } = bandOf(choice);
  const step = Math.round(Math.log(columns / CHIP_COLUMNS) / Math.log(GRID_RATIO));
  const width = (CHIP_COLUMNS * GRID_RATIO ** step * CHIP_PITCH) / pitch;
  const height = width * sourceAspect(window.size, rows / columns);
  const grid = { width: Math.round(width), height: Math.round(height / 2) * 2 };
  return window.searchResidual(grid, { pitch, band, widening: Math.sqrt(GRID_RATIO) });
}

/** Height by width of the grid for a picture of so many rows by columns: the frame's own, or steps away from it. */
function sourceAspect({ width, height }: Size, wanted: number): number {
  const steps = Math.round(Math.log((wanted * width) / height) / Math.log(ASPECT_RATIO_STEP));
  return (height / width) * ASPECT_RATIO_STEP ** steps;
}

/** Shows the searched frames on the chip grid of geometries near one. */
export type Look = (toFrame: Affine, chips: Float32Array) => Float32Array;

/** Looks at the whole frame in the band of choice; at just the picture's part where the frame would be too large. */
export function lookNear(window: FrameWindow, toFrame: Affine, choice: BandChoice): Look {
  const { columns, rows } = chipsAlong(window.size, toFrame);
  if (choice === 'full' && columns > MOST_COLUMNS) {
    const { window: part, toPart } = window.partAt(toFrame);
    const source = part.searchResidual(part.gridFor(toPart(toFrame)));
    return (near, chips) => part.toChips(source, toPart(near), chips);
  }
  const source = sourceFor(window, columns, rows, choice);
  return (near, chips) => window.toChips(source, near, chips);
}

/** How many chips of a geometry the frame's width and height hold. */
export function chipsAlong({ width, height }: Size, toFrame: Affine): { columns: number; rows: number } {
  const [a, b, , d, e] = invert(toFrame);
  return {
    columns: (width * Math.sqrt(a * a + d * d)) / CHIP_PITCH,
    rows: (height * Math.sqrt(b * b + e * e)) / CHIP_PITCH,
  };
}
