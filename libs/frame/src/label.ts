import type { I420Frame } from './i420.js';
import type { Box } from './face.js';
import { GLYPH_HEIGHT, isDrawable } from './font.js';
import { drawLine, fillBox, lineCells, lineColumns, LINE_ADVANCE, wrapText } from './text.js';

/** Frame rows per label font cell: at 720p a cell is 5 pixels, capitals are 35, and 8.75 are left at 180p. */
const ROWS_PER_CELL = 144;
/** A text that is too long for one line of that size gets smaller until 7 pixels are left at 180p, then a second line. */
const ROWS_PER_READABLE_CELL = 180;
/** With fewer than 5 pixels at 180p the capitals run into each other. */
const ROWS_PER_LEAST_CELL = 252;
/** Empty cells around the text inside its box. */
const PADDING_CELLS = 2;
/** The box may take at most this share of the frame's width, and half of its height. */
const MAX_WIDTH_SHARE = 0.9;

const BOX_LUMA = 24;
const INK_LUMA = 235;

/** Smallest frame on which the label "AI MODIFIED" fits, on two lines. */
export const MIN_LABEL_FRAME = { width: 58, height: 42 } as const;
/** Smallest frame on which every text fits that a policy may choose: 40 characters, 16 in a word. */
export const MIN_ANY_LABEL_FRAME = { width: 110, height: 102 } as const;

/** Where a label stands. */
export type LabelCorner = 'top-right' | 'top-left' | 'bottom-right' | 'bottom-left';

/**
 * Burns the disclosure label into a corner: light capitals on an opaque dark box, so that it holds on any picture. What
 * does not fit on one line goes on several.
 * @returns the box that was painted, or null when the frame is too small to carry the label legibly, or the text has
 *   characters that the font lacks (nothing is painted then, and the caller must not show the frame)
 */
export function drawDisclosureLabel(
  frame: I420Frame,
  text: string,
  corner: LabelCorner = 'top-right',
): Box | null {
  const layout = isDrawable(text) ? fitText(frame, text) : null;
  if (layout === null) return null;
  const { lines, scale } = layout;
  const box = placeIn(corner, frame, layout);
  fillBox(frame, box, BOX_LUMA);
  lines.forEach((line, i) => {
    const indent = corner.endsWith('left')
      ? PADDING_CELLS * scale
      : box.width - (PADDING_CELLS + lineCells(line)) * scale;
    drawLine(
      frame,
      line,
      box.x + indent,
      box.y + (PADDING_CELLS + i * LINE_ADVANCE) * scale,
      scale,
      INK_LUMA,
    );
  });
  return box;
}

interface Layout {
  readonly lines: readonly string[];
  /** Pixels per cell. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** One line as large as it goes and large enough to read, else as many as it takes. */
function fitText(frame: I420Frame, text: string): Layout | null {
  const side = Math.min(frame.height, frame.width);
  const wanted = Math.max(1, Math.round(side / ROWS_PER_CELL));
  const readable = Math.min(wanted, Math.ceil(side / ROWS_PER_READABLE_CELL));
  const least = Math.min(readable, Math.ceil(side / ROWS_PER_LEAST_CELL));
  for (let scale = wanted; scale >= readable; scale--) {
    const layout = layOut(frame, [text], scale);
    if (layout !== null) return layout;
  }
  for (let scale = readable; scale >= least; scale--) {
    const columns = lineColumns((frame.width * MAX_WIDTH_SHARE) / scale - 2 * PADDING_CELLS);
    if (text.split(' ').some((word) => word.length > columns)) continue;
    const layout = layOut(frame, wrapText(text, columns), scale);
    if (layout !== null) return layout;
  }
  return null;
}

function layOut(frame: I420Frame, lines: readonly string[], scale: number): Layout | null {
  const wide = Math.max(...lines.map(lineCells)) + 2 * PADDING_CELLS;
  const tall = (lines.length - 1) * LINE_ADVANCE + GLYPH_HEIGHT + 2 * PADDING_CELLS;
  const [width, height] = [wide * scale, tall * scale];
  return width > frame.width * MAX_WIDTH_SHARE || height > frame.height / 2
    ? null
    : { lines, scale, width, height };
}

/** Even corner and size, a small margin from the border where there is room. */
function placeIn(corner: LabelCorner, frame: I420Frame, { width, height }: Layout): Box {
  const w = (width + 1) & ~1;
  const h = (height + 1) & ~1;
  const margin = Math.min(Math.round(frame.height / 60), Math.max(0, frame.width - w));
  const right = Math.max(0, frame.width - w - margin) & ~1;
  const bottom = Math.max(0, frame.height - h - margin) & ~1;
  const near = margin & ~1;
  return {
    x: corner.endsWith('left') ? near : right,
    y: corner.startsWith('bottom') ? bottom : near,
    width: w,
    height: h,
  };
}
