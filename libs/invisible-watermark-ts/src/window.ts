import { WatermarkError } from './errors.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import {
  type Affine,
  checkFrame,
  checkTimestamp,
  compose,
  coverGeometry,
  invert,
  resizeMap,
} from './geometry.js';
import { Kept } from './kept.js';
import { boundsOf, isInside, outline } from './region.js';
import { type Picture, picture, warp } from './resample.js';
import { ResidualFilter, type ResidualOptions } from './residual.js';
import { Resizer } from './resizer.js';
import { slotRuns } from './slots.js';
import type { LumaFrame, Outline, Point, Size } from './types.js';

/** Received frames are read on a grid of about one sample per chip; never finer than this many samples. */
const MAX_GRID = { columns: 1280, rows: 1280 } as const;
const MIN_GRID = 40;
/** The search looks at no more than this many frames of a window. */
const SEARCH_FRAMES = 12;
/** Its mean picture is at most this long; larger frames are reduced first. */
const SEARCH_SIDE = 2560;
/** Grid sides are multiples of this, so that few plans serve all geometries. */
const GRID_STEP = 20;
/** Bytes of plans and buffers that are kept for the next window, and of residuals that one window keeps. */
export const KEPT_FILTER_BYTES = 48 * 2 ** 20;
const KEPT_RESIZER_BYTES = 4 * 2 ** 20;
const KEPT_RESIDUAL_BYTES = 32 * 2 ** 20;
/** Frames of one window at most: bounds time and memory. */
export const MAX_FRAMES = 3600;
/** A part of a frame with fewer pixels than this along a side is read with what surrounds it. */
const MIN_PART = 32;

/** A frame of which only this share is left holds no further picture. */
const USED_UP = 0.08;
/** A residual this weak, in units of its local energy, is rounding noise of a picture without detail. */
const BLANK_RESIDUAL = 1e-3;

/** Keeps the plans and buffers of recent sizes. */
export class GridReaders {
  private readonly resizers = new Kept<Resizer>(KEPT_RESIZER_BYTES, ({ bytes }) => bytes);
  private readonly filters = new Kept<ResidualFilter>(KEPT_FILTER_BYTES, ({ bytes }) => bytes);

  /** What is held now. */
  get bytes(): number {
    return this.resizers.bytes + this.filters.bytes;
  }

  resizer(from: Size, to: Size): Resizer {
    const name = [from.width, from.height, to.width, to.height].join();
    return this.resizers.get(name, () => new Resizer(sizeOf(from), sizeOf(to)));
  }

  filter(grid: Size, options: ResidualOptions): ResidualFilter {
    return this.filters.get(gridName(grid, options), () => new ResidualFilter(sizeOf(grid), options));
  }
}

/** The size alone: what is kept must not keep the picture it was made for. */
function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

/** The frames of one detection, all of one size, or the same part of each. */
export class FrameWindow {
  readonly size: Size;
  private readonly sums = new Kept<Picture>(KEPT_RESIDUAL_BYTES, ({ samples }) => samples.byteLength);
  private readonly excluded: Outline[] = [];
  private mean: Picture | null = null;

  constructor(
    readonly frames: readonly LumaFrame[],
    private readonly readers: GridReaders,
  ) {
    this.size = checkFrames(frames);
  }

  /**
   * Residual of the mean of some frames on a grid of the given size: what moves blurs away, the static layers stay.
   * Anything that was excluded is zero.
   */
  residual(grid: Size, frames: readonly LumaFrame[], options: ResidualOptions = {}): Picture {
    const resizer = this.readers.resizer(this.size, grid);
    const mean = picture(grid.width, grid.height);
    for (const frame of frames) resizer.add(frame, 1 / frames.length, mean.samples);
    return this.filtered(mean, options);
  }

  /** As `residual` over the frames that the search looks at, with a flat spectrum; kept per grid. */
  searchResidual(grid: Size, options: ResidualOptions = {}): Picture {
    return this.sums.get(gridName(grid, options), () => {
      const mean = picture(grid.width, grid.height);
      const { samples, width, height } = this.searchMean();
      this.readers.resizer({ width, height }, grid).add({ luma: samples, stride: width }, 1, mean.samples);
      const residual = this.filtered(mean, options);
      this.readers.filter(grid, options).whiten(residual.samples);
      return residual;
    });
  }

  private filtered(mean: Picture, options: ResidualOptions): Picture {
    const residual = picture(mean.width, mean.height);
    this.readers.filter(mean, options).accumulate(mean.samples, residual.samples);
    for (const region of this.excluded) this.blank(residual, region);
    return residual;
  }

  /** Mean of the frames that the search looks at, no larger than it needs. */
  private searchMean(): Picture {
    if (this.mean !== null) return this.mean;
    const { width, height } = this.size;
    const shrink = Math.min(1, SEARCH_SIDE / Math.max(width, height));
    const mean = picture(Math.round(width * shrink), Math.round(height * shrink));
    const frames = this.searchFrames();
    for (const frame of frames)
      if (shrink === 1) addFrame(frame, 1 / frames.length, mean.samples);
      else this.readers.resizer(this.size, mean).add(frame, 1 / frames.length, mean.samples);
    this.mean = mean;
    return mean;
  }

  /** From now on nothing inside the region is seen: a picture that was read does not hide the others. */
  exclude(region: Outline): void {
    this.excluded.push(region);
    for (const sum of this.sums.values()) this.blank(sum, region);
  }

  /** Whether hardly anything is left to look at: what was not excluded is small or has no detail, as black bars have none. */
  isUsedUp(): boolean {
    const grid = this.gridFor(coverGeometry(this.size).toFrame);
    const { samples } = this.residual(grid, this.searchFrames());
    let left = 0;
    for (const value of samples) left += Math.abs(value) < BLANK_RESIDUAL ? 0 : 1;
    return left <= USED_UP * samples.length;
  }

  isExcluded(point: Point): boolean {
    return this.excluded.some((region) => isInside(region, point));
  }

  /** The part of the frames that a geometry covers, so that reading one tile of a gallery costs one tile. */
  partAt(toFrame: Affine): { window: FrameWindow; toPart: (map: Affine) => Affine } {
    const { left, top, right, bottom } = boundsOf(outline(toFrame), this.size);
    const [width, height] = [right - left, bottom - top];
    if (width < MIN_PART || height < MIN_PART || (width === this.size.width && height === this.size.height))
      return { window: this, toPart: (map) => map };
    const frames = this.frames.map((frame) => ({
      ...frame,
      luma: frame.luma.subarray(top * frame.stride + left),
      width,
      height,
    }));
    const window = new FrameWindow(frames, this.readers);
    window.excluded.push(...this.excluded.map((region) => moved(region, -left, -top)));
    return { window, toPart: (map) => compose([1, 0, -left, 0, 1, -top], map) };
  }

  /** Rectifies a residual on its grid to the chip grid, for a map from canonical to frame pixels. */
  toChips(
    residual: Picture,
    toFrame: Affine,
    out: Float32Array = new Float32Array(CHIP_COUNT),
  ): Float32Array {
    const gridToFrame = resizeMap(this.size.width / residual.width, this.size.height / residual.height);
    const chipToGrid = compose(invert(gridToFrame), compose(toFrame, resizeMap(CHIP_PITCH, CHIP_PITCH)));
    warp(residual, chipToGrid, { width: CHIP_COLUMNS, height: CHIP_ROWS }, out, CHIP_COLUMNS);
    return out;
  }

  /** The grid on which a sample covers about one chip, along each axis of the frame. */
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

function addFrame({ luma, width, height, stride }: LumaFrame, share: number, sum: Float32Array): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      sum[y * width + x] = (sum[y * width + x] ?? 0) + share * (luma[y * stride + x] ?? 0);
}

function gridName({ width, height }: Size, { pitch = 0, band, widening = 1 }: ResidualOptions): string {
  return [width, height, pitch, band?.end ?? 0, widening].join();
}

function moved([a, b, c, d]: Outline, dx: number, dy: number): Outline {
  const move = ({ x, y }: Point): Point => ({ x: x + dx, y: y + dy });
  return [move(a), move(b), move(c), move(d)];
}

function clampGrid(samples: number, most: number): number {
  return Math.max(MIN_GRID, Math.min(most, GRID_STEP * Math.round(samples / GRID_STEP)));
}

function checkFrames(frames: readonly LumaFrame[]): Size {
  const [first] = frames;
  if (first === undefined || frames.length > MAX_FRAMES)
    throw new WatermarkError('invalid-frames', `a window has 1 to ${MAX_FRAMES} frames`);
  for (const frame of frames) {
    checkFrame(frame);
    if (frame.width !== first.width || frame.height !== first.height)
      throw new WatermarkError('invalid-frames', 'the frames of a window have one size');
    if (frame.timestampMs !== undefined) checkTimestamp(frame.timestampMs);
  }
  slotRuns(frames);
  return { width: first.width, height: first.height };
}
