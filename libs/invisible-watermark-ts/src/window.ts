import { WatermarkError } from './errors.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { type Affine, checkFrame, compose, invert, resizeMap } from './geometry.js';
import { type Picture, picture, Resizer, warp } from './resample.js';
import { ResidualFilter } from './residual.js';
import { boundsOf, isInside } from './region.js';
import type { LumaFrame, Outline, Point, Size } from './types.js';

/** Received frames are read on a grid of about one sample per chip; never finer than this many samples. */
const MAX_GRID = { columns: 1280, rows: 1280 } as const;
const MIN_GRID = 24;
/** The search looks at no more than this many frames of a window. */
const SEARCH_FRAMES = 12;
/** Grids whose buffers are kept for the next window. */
const KEPT_READERS = 24;
/** Frames of one window at most: bounds time and memory. */
const MAX_FRAMES = 3600;

interface GridReader {
  readonly resizer: Resizer;
  readonly filter: ResidualFilter;
  readonly samples: Float32Array;
}

/** Keeps the plans and buffers of recent grid sizes. */
export class GridReaders {
  private readonly readers = new Map<string, GridReader>();

  get(from: Size, grid: Size, widening: number): GridReader {
    const name = [from.width, from.height, grid.width, grid.height, widening].join();
    const reader = this.readers.get(name) ?? {
      resizer: new Resizer(from, grid),
      filter: new ResidualFilter(grid, widening),
      samples: new Float32Array(grid.width * grid.height),
    };
    this.readers.delete(name);
    this.readers.set(name, reader);
    for (const oldest of this.readers.keys())
      if (this.readers.size > KEPT_READERS) this.readers.delete(oldest);
    return reader;
  }
}

/** The frames of one detection: all of one size. */
export class FrameWindow {
  readonly size: Size;
  private readonly sums = new Map<string, Picture>();
  private readonly excluded: Outline[] = [];

  constructor(
    readonly frames: readonly LumaFrame[],
    private readonly readers: GridReaders,
  ) {
    this.size = checkFrames(frames);
  }

  /** Mean-free sum of the residuals of some frames on a grid of the given size. */
  residual(grid: Size, frames: readonly LumaFrame[], widening = 1): Picture {
    const { resizer, filter, samples } = this.readers.get(this.size, grid, widening);
    const sum = picture(grid.width, grid.height);
    for (const frame of frames) {
      resizer.run(frame, samples);
      filter.accumulate(samples, sum.samples);
    }
    for (const region of this.excluded) this.blank(sum, region);
    return sum;
  }

  /** From now on nothing inside the region is seen: a picture that was read does not hide the others. */
  exclude(region: Outline): void {
    this.excluded.push(region);
    for (const sum of this.sums.values()) this.blank(sum, region);
  }

  /** As `residual` over the frames that the search looks at, computed once per grid. */
  searchResidual(grid: Size, widening = 1): Picture {
    const name = [grid.width, grid.height, widening].join();
    const known = this.sums.get(name) ?? this.residual(grid, this.searchFrames(), widening);
    this.sums.set(name, known);
    return known;
  }

  /** Rectifies a residual on its grid to the chip grid, for a map from canonical to frame pixels. */
  toChips(residual: Picture, toFrame: Affine, out = new Float32Array(CHIP_COUNT)): Float32Array {
    const gridToFrame = resizeMap(this.size.width / residual.width, this.size.height / residual.height);
    const chipToGrid = compose(invert(gridToFrame), compose(toFrame, resizeMap(CHIP_PITCH, CHIP_PITCH)));
    warp(residual, chipToGrid, { width: CHIP_COLUMNS, height: CHIP_ROWS }, out, CHIP_COLUMNS);
    return out;
  }

  /** The grid on which a sample covers just one chip, along each axis of the frame. */
  gridFor(toFrame: Affine): Size {
    const [a, b, , d, e] = invert(toFrame);
    return {
      width: clampGrid((this.size.width * Math.hypot(a, d)) / CHIP_PITCH, MAX_GRID.columns),
      height: clampGrid((this.size.height * Math.hypot(b, e)) / CHIP_PITCH, MAX_GRID.rows),
    };
  }

  private blank(sum: Picture, region: Outline): void {
    const [scaleX, scaleY] = [sum.width / this.size.width, sum.height / this.size.height];
    const [a, b, c, d] = region;
    const onGrid = ({ x, y }: Point): Point => ({ x: x * scaleX - 0.5, y: y * scaleY - 0.5 });
    const area: Outline = [onGrid(a), onGrid(b), onGrid(c), onGrid(d)];
    const { left, top, right, bottom } = boundsOf(area, sum);
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) if (isInside(area, { x, y })) sum.samples[y * sum.width + x] = 0;
  }

  private searchFrames(): LumaFrame[] {
    const step = Math.max(1, this.frames.length / SEARCH_FRAMES);
    const count = Math.min(SEARCH_FRAMES, this.frames.length);
    return Array.from({ length: count }, (_, i) =>
      this.frames.slice(Math.floor(i * step), Math.floor(i * step) + 1),
    ).flat();
  }
}

function clampGrid(samples: number, most: number): number {
  return Math.max(MIN_GRID, Math.min(most, Math.round(samples)));
}

function checkFrames(frames: readonly LumaFrame[]): Size {
  const [first] = frames;
  if (first === undefined || frames.length > MAX_FRAMES)
    throw new WatermarkError('invalid-frames', `a window has 1 to ${MAX_FRAMES} frames`);
  for (const frame of frames) {
    checkFrame(frame);
    if (frame.width !== first.width || frame.height !== first.height)
      throw new WatermarkError('invalid-frames', 'the frames of a window have one size');
    if (frame.timestampMs !== undefined && !Number.isFinite(frame.timestampMs))
      throw new WatermarkError('invalid-frames', 'a timestamp is a finite number of milliseconds');
  }
  return { width: first.width, height: first.height };
}
