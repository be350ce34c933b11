import type { AttackResult, WatermarkReport } from './report.js';

/** The report for a terminal. */
export function formatReport(report: WatermarkReport): string {
  const { embedMs, prepareMs, copyMs, detectMs, falsePositives } = report;
  return [
    `watermark ${report.version}${report.quick ? ', quick' : ''}; milliseconds on one thread, 1280×720`,
    `  embed ${embedMs.median} (p95 ${embedMs.p95}), an epoch's field ${prepareMs.median}; copying the plane ${copyMs.median}`,
    `  detect: search ${detectMs.search}, then ${detectMs.perFrame} a frame; an unmarked frame ${detectMs.unmarked}`,
    ...report.clips.map(
      ({ name, psnrDb, ssim, vmaf, bitrateOverhead }) =>
        `  ${name}: ${psnrDb} dB, SSIM ${ssim}${vmaf === null ? '' : `, VMAF ${vmaf}`}, bits ${percent(bitrateOverhead.crf23)} ${percent(bitrateOverhead.crf28)} ${percent(bitrateOverhead.crf33)} at crf 23, 28, 33`,
    ),
    `  ${'attack'.padEnd(34)}${['1 frame', '1 s', '3 s', '10 s', 'tag', 'log10 p'].map((head) => head.padStart(9)).join('')}`,
    ...report.attacks.map(formatAttack),
    `  false positives ${falsePositives.accepted} of ${falsePositives.trials} trials on ${falsePositives.windows} windows`,
    ...falsePositives.byKind.map(
      ({ mode, material, accepted, trials, windows }) =>
        `    ${mode}, ${material}: ${accepted} of ${trials} (${windows} windows)`,
    ),
    ...report.copyAttack.flatMap(({ frames, byVictim }) =>
      byVictim.map(
        ({ relation, altered, n, authorised, genuine, read, readAfterRemoval }) =>
          `  field of ${frames} frames copied, ${relation}: read in ${read} of ${n}, altered ${altered}, authorised ${authorised} (the marked recording itself ${genuine}); still read where it was subtracted ${readAfterRemoval}`,
      ),
    ),
    ...report.flicker.map(
      ({ clip, frameToFrame, epochToEpoch }) =>
        `  still picture (${clip}): mean change ${frameToFrame.mean} a frame, ${epochToEpoch.mean} an epoch; p99 ${frameToFrame.p99} and ${epochToEpoch.p99}, largest ${frameToFrame.max} and ${epochToEpoch.max}`,
    ),
    ...report.baselines.map(
      ({ method, psnrDb, msPerFrame, attacks }) =>
        `  ${method} (${psnrDb} dB, ${msPerFrame} ms a frame): ${attacks.map(({ name, bitAccuracy, exact }) => `${name} ${bitAccuracy} (${exact.ok}/${exact.n})`).join(', ')}`,
    ),
  ].join('\n');
}

function formatAttack({ name, frame, s1, s3, s10, tag, confidenceLog10, notRun }: AttackResult): string {
  if (notRun !== null && frame.n === 0) return `  ${name.padEnd(34)}not run: ${notRun}`;
  const cells = [frame, s1, s3, s10, tag].map(({ ok, n }) => (n === 0 ? '–' : `${ok}/${n}`));
  return `  ${name.padEnd(34)}${[...cells, confidenceLog10 === null ? '–' : String(confidenceLog10)].map((cell) => cell.padStart(9)).join('')}`;
}

/** With its sign. */
export const percent = (share: number): string =>
  `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(1)} %`;
