import type { LumaFrame, Outline } from 'invisible-watermark-ts';

/**
 * The share of a frame from which the marked pictures in it are the frame. Whole pictures that were rescaled, squeezed, mirrored,
 * cut, turned by a degree, or given bars measured 0.98 and more at crf 28 and 38 (`fill the frame` in the authority's
 * `analyse-media.test.ts` makes some); the rest is left for a platform's rim. A forged tile beside a picture takes more.
 */
export const MIN_SHARE = 0.9;

/** Whether marked pictures fill a frame; earlier reports, which do not tell, are taken at their pictures' word. */
export const isWholeFrame = (share: number | null): boolean => share === null || share >= MIN_SHARE;

/** Luma codes by which the pixels of a bar may differ from its mean: what codecs leave of a uniform one. */
const BAR_TOLERANCE = 6;
/** The share is measured at so many places along the longer side of the frame. */
const PLACES = 128;

/**
 * Share of what a frame shows that these regions cover together, 0–1. Uniform bars at its edges show nothing and are left
 * out; whatever else lies outside the regions counts.
 * @param regions corners in widths and heights of the frame
 */
export function shareOf(frame: LumaFrame, regions: readonly Outline[]): number {
  const { left, top, right, bottom } = withoutBars(frame);
  const step = Math.max(frame.width, frame.height) / PLACES;
  let [shown, covered] = [0, 0];
  for (let y = top + step / 2; y < bottom; y += step) {
    for (let x = left + step / 2; x < right; x += step) {
      shown += 1;
      if (isInAny(regions, x / frame.width, y / frame.height)) covered += 1;
    }
  }
  // A frame of one brightness shows nothing beside the marked pictures.
  return shown === 0 ? 1 : covered / shown;
}

function isInAny(regions: readonly Outline[], x: number, y: number): boolean {
  for (const region of regions) if (isInside(region, x, y)) return true;
  return false;
}

/** Whether a point lies in a convex outline, whichever way round its corners run; nothing lies in one without area. Hot: plain. */
function isInside(region: Outline, x: number, y: number): boolean {
  let [least, most] = [0, 0];
  for (let i = 0; i < region.length; i += 1) {
    const from = region[i];
    const to = region[(i + 1) % region.length];
    if (from === undefined || to === undefined) return false;
    const side = (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
    if (side < least) least = side;
    if (side > most) most = side;
  }
  return (least === 0) !== (most === 0);
}

/** Columns from `left` to before `right`, rows from `top` to before `bottom`. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Bars above and below, then beside, then above and below what is left: a picture in a window has all of them. */
function withoutBars(frame: LumaFrame): Box {
  const { luma, width, height, stride } = frame;
  let box: Box = { left: 0, top: 0, right: width, bottom: height };
  const row = (y: number): Line => ({
    luma,
    from: y * stride + box.left,
    step: 1,
    count: box.right - box.left,
  });
  const column = (x: number): Line => ({
    ...{ luma, from: box.top * stride + x, step: stride },
    count: box.bottom - box.top,
  });
  const trimRows = (): void => {
    const top = endOfBar(box.top, box.bottom, 1, row);
    box = { ...box, top, bottom: endOfBar(box.bottom - 1, top - 1, -1, row) + 1 };
  };
  trimRows();
  const left = endOfBar(box.left, box.right, 1, column);
  box = { ...box, left, right: endOfBar(box.right - 1, left - 1, -1, column) + 1 };
  trimRows();
  return box;
}

/** Pixels of a row or column. */
interface Line {
  readonly luma: Uint8Array;
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** The first line from an edge on that is not of the edge's one brightness, or `end`. */
function endOfBar(edge: number, end: number, direction: 1 | -1, line: (at: number) => Line): number {
  if (edge === end) return end;
  const brightness = meanOf(line(edge));
  let at = edge;
  while (at !== end && isUniform(line(at), brightness)) at += direction;
  return at;
}

function meanOf({ luma, from, step, count }: Line): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += luma[from + i * step] ?? 0;
  return sum / Math.max(1, count);
}

function isUniform({ luma, from, step, count }: Line, brightness: number): boolean {
  for (let i = 0; i < count; i += 1)
    if (Math.abs((luma[from + i * step] ?? 0) - brightness) > BAR_TOLERANCE) return false;
  return true;
}
