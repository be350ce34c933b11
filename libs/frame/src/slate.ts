import { createI420, type I420Frame } from './i420.js';
import { GLYPH_HEIGHT } from './font.js';
import { drawLine, fillBox, lineCells, LINE_ADVANCE, wrapText } from './text.js';

const TITLE = 'CAMERA HELD BACK';
const BACKGROUND = { y: 54, u: 132, v: 124 } as const;
const RULE_LUMA = 120;
const TITLE_LUMA = 220;
const REASON_LUMA = 172;
/** Frame rows per font cell of the title; the reason is set at two thirds of it. */
const ROWS_PER_CELL = 120;
const MAX_REASON_CHARACTERS = 160;

/**
 * The neutral card shown whenever the gate is shut. It is made from its three arguments alone: no picture can enter.
 * Control characters are dropped and long reasons cut; a frame too small for text is plain.
 */
export function renderSlate(width: number, height: number, reasonText: string): I420Frame {
  const frame = createI420(width, height, BACKGROUND.y, BACKGROUND.u, BACKGROUND.v);
  const reason = reasonText.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_REASON_CHARACTERS);
  const scale = titleScale(width, height);
  if (scale === 0) return frame;
  const small = Math.max(1, Math.round(scale * 0.66));
  const lines = wrapText(reason, Math.max(1, Math.floor((width * 0.8) / (6 * small))));
  const titleHeight = GLYPH_HEIGHT * scale;
  const gap = 5 * scale;
  const roomy = height - titleHeight - gap - lines.length * LINE_ADVANCE * small > 0 ? lines : [];
  const block = titleHeight + (roomy.length > 0 ? gap + roomy.length * LINE_ADVANCE * small : 0);
  let y = Math.max(0, Math.round((height - block) / 2));
  drawCentred(frame, TITLE, y, scale, TITLE_LUMA);
  y += titleHeight + gap;
  if (roomy.length > 0) drawRule(frame, y - Math.ceil(gap / 2), scale);
  for (const line of roomy) {
    drawCentred(frame, line, y, small, REASON_LUMA);
    y += LINE_ADVANCE * small;
  }
  return frame;
}

/** Largest cell size at which the title fits, 0 when none does. */
function titleScale(width: number, height: number): number {
  const byHeight = Math.max(1, Math.round(height / ROWS_PER_CELL));
  const byWidth = Math.floor((width * 0.9) / lineCells(TITLE));
  const scale = Math.min(byHeight, byWidth);
  return scale * GLYPH_HEIGHT <= height ? scale : 0;
}

function drawCentred(frame: I420Frame, text: string, y: number, scale: number, luma: number): void {
  drawLine(frame, text, Math.round((frame.width - lineCells(text) * scale) / 2), y, scale, luma);
}

function drawRule(frame: I420Frame, y: number, scale: number): void {
  const width = lineCells(TITLE) * scale;
  const x = Math.round((frame.width - width) / 2);
  fillBox(frame, { x, y, width, height: Math.max(1, scale >> 1) }, RULE_LUMA, BACKGROUND.u, BACKGROUND.v);
}
