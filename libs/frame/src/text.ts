import { planesOf, type I420Frame } from './i420.js';
import { GLYPH_HEIGHT, GLYPH_WIDTH, hasInk } from './font.js';
import type { Box } from './face.js';

/** Advance from one glyph to the next and from one line to the next, in font cells. */
const ADVANCE = GLYPH_WIDTH + 1;
export const LINE_ADVANCE = GLYPH_HEIGHT + 3;

/** Width of a line in font cells. */
export function lineCells(text: string): number {
  return text.length === 0 ? 0 : text.length * ADVANCE - 1;
}

/** Characters that a line of so many font cells holds. */
export function lineColumns(cells: number): number {
  return Math.max(0, Math.floor((cells + 1) / ADVANCE));
}

/** Paints a rectangle, cut at the frame's border, with one colour (limited-range code values). */
export function fillBox(frame: I420Frame, box: Box, y: number, u = 128, v = 128): void {
  const planes = planesOf(frame);
  const fill = (plane: Uint8Array, stride: number, rows: number, shift: number, value: number): void => {
    const x0 = Math.max(0, box.x >> shift);
    const x1 = Math.min(stride, (box.x + box.width + (1 << shift) - 1) >> shift);
    const y1 = Math.min(rows, (box.y + box.height + (1 << shift) - 1) >> shift);
    for (let row = Math.max(0, box.y >> shift); row < y1; row++)
      if (x1 > x0) plane.fill(value, row * stride + x0, row * stride + x1);
  };
  fill(planes.y, frame.width, frame.height, 0, y);
  fill(planes.u, planes.chromaWidth, planes.chromaHeight, 1, u);
  fill(planes.v, planes.chromaWidth, planes.chromaHeight, 1, v);
}

/** Draws one line of text in luma only; every font cell is `scale` × `scale` pixels. */
export function drawLine(
  frame: I420Frame,
  text: string,
  x: number,
  y: number,
  scale: number,
  luma: number,
): void {
  const plane = planesOf(frame).y;
  for (let i = 0; i < text.length; i++)
    for (let row = 0; row < GLYPH_HEIGHT; row++)
      for (let column = 0; column < GLYPH_WIDTH; column++)
        if (hasInk(text.charAt(i), column, row))
          fillCell(plane, frame, x + (i * ADVANCE + column) * scale, y + row * scale, scale, luma);
}

function fillCell(
  plane: Uint8Array,
  frame: I420Frame,
  x: number,
  y: number,
  scale: number,
  luma: number,
): void {
  const x0 = Math.max(0, x);
  const x1 = Math.min(frame.width, x + scale);
  const y1 = Math.min(frame.height, y + scale);
  for (let row = Math.max(0, y); row < y1; row++)
    if (x1 > x0) plane.fill(luma, row * frame.width + x0, row * frame.width + x1);
}

/** Breaks text at spaces into lines of at most `columns` characters; a longer word is cut. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part.length > 0)) {
    let rest = word;
    if (line.length > 0 && line.length + 1 + rest.length <= columns) {
      line = `${line} ${rest}`;
      continue;
    }
    if (line.length > 0) lines.push(line);
    while (rest.length > columns) {
      lines.push(rest.slice(0, columns));
      rest = rest.slice(columns);
    }
    line = rest;
  }
  if (line.length > 0) lines.push(line);
  return lines;
}
