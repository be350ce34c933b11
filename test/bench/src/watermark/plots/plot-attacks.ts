import type { WatermarkReport } from '../report.js';
import { escape, FONT, INK, svg } from './svg.js';

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
