import { type Histogram, survival } from './histogram.js';
import type { WatermarkReport } from './report.js';

const INK = '#333';
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/**
 * SVG: share of tag statistics at or above z on a logarithmic scale, beside the Gaussian tail that the acceptance threshold is
 * computed from.
 */
export function plotTail(histogram: Histogram, threshold: number): string {
  const [width, height, left, top, bottom] = [640, 360, 60, 20, 40];
  const decades = 8;
  const x = (z: number) => left + (z / 6) * (width - left - 20);
  const y = (share: number) =>
    top + (Math.min(decades, -Math.log10(share)) / decades) * (height - top - bottom);
  const measured = survival(histogram)
    .filter(({ z, share }) => z >= 0 && z <= 6 && share > 0)
    .map(({ z, share }) => `${x(z).toFixed(1)},${y(share).toFixed(1)}`);
  const theory = Array.from({ length: 61 }, (_, i) => i / 10).map(
    (z) => `${x(z).toFixed(1)},${y(gaussianTail(z)).toFixed(1)}`,
  );
  const trials = histogram.counts.reduce((sum, count) => sum + count, 0);
  const grid = Array.from({ length: decades + 1 }, (_, i) => {
    const at = y(10 ** -i);
    return `<line x1="${left}" y1="${at}" x2="${width - 20}" y2="${at}" stroke="#ddd"/><text x="${left - 8}" y="${at + 4}" text-anchor="end" ${FONT} fill="${INK}">1e-${i}</text>`;
  });
  const ticks = Array.from(
    { length: 7 },
    (_, z) => `<text x="${x(z)}" y="${height - 20}" text-anchor="middle" ${FONT} fill="${INK}">${z}</text>`,
  );
  return svg(width, height, [
    ...grid,
    ...ticks,
    `<line x1="${x(threshold)}" y1="${top}" x2="${x(threshold)}" y2="${height - bottom}" stroke="#c33" stroke-dasharray="4 3"/>`,
    `<text x="${x(threshold) - 6}" y="${top + 14}" text-anchor="end" ${FONT} fill="#c33">accepted from ${threshold}</text>`,
    `<polyline points="${theory.join(' ')}" fill="none" stroke="#999" stroke-width="4" opacity=".5"/>`,
    `<polyline points="${measured.join(' ')}" fill="none" stroke="#06c" stroke-width="2"/>`,
    `<text x="${left + 12}" y="${height - bottom - 26}" ${FONT} fill="#06c">${trials.toLocaleString('en')} tags under keys that drew none</text>`,
    `<text x="${left + 12}" y="${height - bottom - 10}" ${FONT} fill="#777">Gaussian tail</text>`,
    `<text x="${(left + width) / 2}" y="${height - 4}" text-anchor="middle" ${FONT} fill="${INK}">z of the epoch tag</text>`,
  ]);
}

/** SVG: one row an attack, share of windows read from white (none) to blue (all). */
export function plotAttacks({ attacks }: WatermarkReport): string {
  const [rowHeight, left, column, top] = [16, 230, 70, 30];
  const heads = ['1 frame', '1 s', '3 s', '10 s', 'tag'];
  const width = left + heads.length * column + 10;
  const run = attacks.filter(({ frame }) => frame.n > 0);
  const cells = run.flatMap(({ name, frame, s1, s3, s10, tag }, row) => {
    const y = top + row * rowHeight;
    return [
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end" ${FONT} fill="${INK}">${escape(name)}</text>`,
      ...[frame, s1, s3, s10, tag].flatMap(({ ok, n }, i) => {
        if (n === 0) return [];
        const share = ok / n;
        const ink = share > 0.6 ? '#fff' : INK;
        return [
          `<rect x="${left + i * column}" y="${y}" width="${column - 2}" height="${rowHeight - 2}" fill="#06c" fill-opacity="${share.toFixed(2)}" stroke="#ccc"/>`,
          `<text x="${left + (i + 0.5) * column - 1}" y="${y + 11}" text-anchor="middle" font-family="system-ui, sans-serif" font-size="10" fill="${ink}">${ok}/${n}</text>`,
        ];
      }),
    ];
  });
  return svg(width, top + run.length * rowHeight + 10, [
    ...heads.map(
      (head, i) =>
        `<text x="${left + (i + 0.5) * column}" y="${top - 10}" text-anchor="middle" ${FONT} fill="${INK}">${head}</text>`,
    ),
    ...cells,
  ]);
}

/** P(Z ≥ z): the integral by steps, exact enough for a line on paper. */
export function gaussianTail(z: number): number {
  const step = 0.001;
  let sum = 0;
  for (let at = z + step / 2; at < z + 10; at += step) sum += Math.exp((-at * at) / 2) * step;
  return sum / Math.sqrt(2 * Math.PI);
}

function svg(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
