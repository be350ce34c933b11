import { EPOCH_TAG_MIN_Z, MAX_FALSE_POSITIVE_LOG10, trialBoundLog10 } from 'invisible-watermark-ts';
import { type Histogram, STEP, survival, totalOf } from '../false-positives/histogram.js';
import type { Statistics } from '../false-positives/measure.js';
import { FONT, INK, svg } from './svg.js';

/** A statistic of trials on foreign material beside what theory allows it. */
interface Panel {
  readonly title: string;
  readonly histogram: Histogram;
  readonly from: number;
  readonly to: number;
  readonly theory: string;
  /** log10 of the largest share of trials that may lie at or above a value. */
  readonly allowedLog10: (value: number) => number;
  readonly threshold: number;
  readonly accepted: string;
}

const PANEL = { width: 560, height: 330, left: 58, right: 20, top: 42, bottom: 46 };
const DECADES = 10;
/** Payload and CRC (docs/spec/watermark.md §4): the decoder chooses among so many words, of which 2⁴⁴ are valid. */
const WORD_BITS = 60;
const COLUMNS = 2;

/**
 * SVG: of every statistic the share of trials at or above a value, on a logarithmic scale; grey what theory allows, dashed
 * where acceptance begins.
 */
export function plotChance({ tagZ, pilotZ, clearestZ, surprise }: Statistics<Histogram>): string {
  const panels: Panel[] = [
    {
      ...{ title: 'z of the pilot', histogram: pilotZ, from: 0, to: 8 },
      ...{ theory: '3.18 × Gaussian tail', allowedLog10: (z) => tailBoundLog10(z) },
      ...{ threshold: leastAccepted((z) => ({ pilotZ: z, payloadZ: 0 })), accepted: 'enough by itself from' },
    },
    {
      ...{ title: 'z of the decoder’s clearest word, valid or not', histogram: clearestZ, from: 3, to: 12 },
      theory: '3.18 × Gaussian tail × 2⁶⁰ words',
      allowedLog10: (z) => tailBoundLog10(z, 2 ** WORD_BITS),
      ...{ threshold: leastAccepted((z) => ({ pilotZ: 0, payloadZ: z })), accepted: 'enough if valid from' },
    },
    {
      ...{ title: '−log₁₀ of the bound on pilot and valid word', histogram: surprise, from: 0, to: 10 },
      ...{ theory: 'the bound itself', allowedLog10: (x) => -x },
      ...{ threshold: -MAX_FALSE_POSITIVE_LOG10, accepted: 'accepted from' },
    },
    {
      ...{ title: 'z of the epoch tag', histogram: tagZ, from: 0, to: 8 },
      ...{ theory: '3.18 × Gaussian tail', allowedLog10: (z) => tailBoundLog10(z) },
      ...{ threshold: EPOCH_TAG_MIN_Z, accepted: 'accepted from' },
    },
  ];
  const { width, height } = PANEL;
  const placed = panels.map((panel, i) => {
    const [x, y] = [(i % COLUMNS) * width, Math.floor(i / COLUMNS) * height];
    return `<g transform="translate(${x} ${y})">${drawPanel(panel).join('\n')}</g>`;
  });
  return svg(COLUMNS * width, Math.ceil(panels.length / COLUMNS) * height, placed);
}

/** The least z that is accepted with the other statistic at its middle. */
export function leastAccepted(at: (z: number) => { pilotZ: number; payloadZ: number }): number {
  let z = 0;
  while (trialBoundLog10(at(z)) > MAX_FALSE_POSITIVE_LOG10) z += STEP / 10;
  return Number(z.toFixed(1));
}

function drawPanel({
  title,
  histogram,
  from,
  to,
  theory,
  allowedLog10,
  threshold,
  accepted,
}: Panel): string[] {
  const { width, height, left, right, top, bottom } = PANEL;
  const x = (value: number) => left + ((value - from) / (to - from)) * (width - left - right);
  const y = (log10: number) => top + (Math.min(DECADES, -log10) / DECADES) * (height - top - bottom);
  const point = (value: number, log10: number) => `${x(value).toFixed(1)},${y(log10).toFixed(1)}`;
  const inside = ({ value }: { value: number }) => value >= from - STEP / 2 && value <= to + STEP / 2;
  const measured = survival(histogram).filter((step) => inside(step) && step.share > 0);
  const line = Array.from({ length: Math.round((to - from) / STEP) + 1 }, (_, i) => from + i * STEP);
  const grid = Array.from({ length: DECADES / 2 + 1 }, (_, i) => {
    const at = y(-2 * i);
    return `<line x1="${left}" y1="${at}" x2="${width - right}" y2="${at}" stroke="#ddd"/><text x="${left - 8}" y="${at + 4}" text-anchor="end" ${FONT} fill="${INK}">1e-${2 * i}</text>`;
  });
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => from + i).map(
    (value) =>
      `<text x="${x(value)}" y="${height - bottom + 16}" text-anchor="middle" ${FONT} fill="${INK}">${value}</text>`,
  );
  const note = `${totalOf(histogram).toLocaleString('en')} trials, largest ${histogram.largest.toFixed(1)}`;
  return [
    ...grid,
    ...ticks,
    `<text x="${left}" y="20" ${FONT} font-weight="bold" fill="${INK}">${title}</text>`,
    `<text x="${left}" y="36" ${FONT} fill="#06c">${note}</text>`,
    `<text x="${width - right}" y="36" text-anchor="end" ${FONT} fill="#777">grey: ${theory}</text>`,
    `<line x1="${x(threshold)}" y1="${top}" x2="${x(threshold)}" y2="${height - bottom}" stroke="#c33" stroke-dasharray="4 3"/>`,
    `<text x="${x(threshold) - 6}" y="${height - bottom - 8}" text-anchor="end" ${FONT} fill="#c33">${accepted} ${threshold}</text>`,
    `<polyline points="${line.map((value) => point(value, allowedLog10(value))).join(' ')}" fill="none" stroke="#999" stroke-width="4" opacity=".5"/>`,
    `<polyline points="${measured.map(({ value, share }) => point(value, Math.log10(share))).join(' ')}" fill="none" stroke="#06c" stroke-width="2"/>`,
  ];
}

/** Chip sums exceed the Gaussian tail by no more than this factor (docs/spec/watermark.md §8). */
const CHIP_SUMS = 3.18;

/** log10 of a bound on the chance that some of so many chip sums reaches z. */
export function tailBoundLog10(z: number, sums = 1): number {
  return Math.min(0, Math.log10(CHIP_SUMS * sums * gaussianTail(z)));
}

/** P(Z ≥ z): the integral by steps, exact enough for a line on paper. */
export function gaussianTail(z: number): number {
  const step = 0.001;
  let sum = 0;
  for (let at = z + step / 2; at < z + 10; at += step) sum += Math.exp((-at * at) / 2) * step;
  return sum / Math.sqrt(2 * Math.PI);
}
