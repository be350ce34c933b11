import type { I420Frame } from './i420.js';
import type { Box } from './face.js';
import { GLYPH_HEIGHT } from './font.js';
import { drawLine, fillBox, lineCells, LINE_ADVANCE } from './text.js';

/** Frame rows per label font cell: at 720p a cell is 5 pixels, capitals are 35, and 8.75 are left at 180p. */
const ROWS_PER_CELL = 144;
/** Empty cells around the text inside its box. */
const PADDING_CELLS = 2;
/** The box may take at most this share of the frame's width. */
const MAX_WIDTH_SHARE = 0.9;

const BOX_LUMA = 24;
const INK_LUMA = 235;

/** Smallest frame on which the label "AI MODIFIED" fits, on two lines. */
export const MIN_LABEL_FRAME = { width: 58, height: 42 } as const;

/**
 * Burns the disclosure label into the top right corner: light capitals on an opaque dark box, so that it holds on
 * any picture. Narrow frames get one word a line.
 * @returns the box that was painted, or null when the frame is too small to carry a legible label (nothing is
 *   painted then, and the caller must not show the frame)
 */
export function drawDisclosureLabel(frame: I420Frame, text: string): Box | null {
  const words = text.split(' ').filter((word) => word.length > 0);
  const wanted = Math.max(1, Math.round(Math.min(frame.height, frame.width) / ROWS_PER_CELL));
  const layout = fitLines(frame, [words.join(' ')], wanted) ?? fitLines(frame, words, 1);
  if (layout === null) return null;
  const { lines, scale, box } = layout;
  fillBox(frame, box, BOX_LUMA);
  lines.forEach((line, i) => {
    const x = box.x + box.width - (PADDING_CELLS + lineCells(line)) * scale;
    drawLine(frame, line, x, box.y + (PADDING_CELLS + i * LINE_ADVANCE) * scale, scale, INK_LUMA);
  });
  return box;
}

interface Layout {
  readonly lines: readonly string[];
  readonly scale: number;
  readonly box: Box;
}

function fitLines(frame: I420Frame, lines: readonly string[], wanted: number): Layout | null {
  const wide = Math.max(...lines.map(lineCells)) + 2 * PADDING_CELLS;
  const tall = (lines.length - 1) * LINE_ADVANCE + GLYPH_HEIGHT + 2 * PADDING_CELLS;
  for (let scale = wanted; scale >= 1; scale--) {
    const width = wide * scale;
    const height = tall * scale;
    if (width > frame.width * MAX_WIDTH_SHARE || height > frame.height / 2) continue;
    return { lines, scale, box: placeTopRight(frame, width, height) };
  }
  return null;
}

/** Even corner and size, a small margin from the border where there is room. */
function placeTopRight(frame: I420Frame, width: number, height: number): Box {
  const w = (width + 1) & ~1;
  const h = (height + 1) & ~1;
  const margin = Math.min(Math.round(frame.height / 60), Math.max(0, frame.width - w));
  return { x: Math.max(0, frame.width - w - margin) & ~1, y: margin & ~1, width: w, height: h };
}
