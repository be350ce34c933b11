import { join } from 'node:path';
import { i420ToRgb, rgbToI420, type I420Frame, type RgbImage } from '@guise/frame';
import { ATTACKS } from '../attacks.js';
import { captureScreen } from '../capture.js';
import { CLIP_FPS, CLIP_SIZE, type Clip } from '../clips.js';
import { ffmpeg, loadFrames, readFrames, writeFrames } from '../ffmpeg.js';
import { meanSquaredError, psnrDb } from '../marked.js';
import { seededNumbers } from '../noise-pictures.js';
import { median } from '../statistics.js';
import type { Count } from '../tally.js';
import { withFolder } from '../work-folder.js';
import {
  BASELINE_BITS,
  type BaselineMethod,
  DEFAULT_STEP,
  embedBaseline,
  readBaseline,
} from './dwt-marks.js';

export interface Baseline {
  readonly method: BaselineMethod;
  readonly clip: string;
  /** RGB. */
  readonly psnrDb: number;
  readonly msPerFrame: number;
  readonly attacks: readonly {
    readonly name: string;
    /** Share of right bits over all frames; one half is chance. */
    readonly bitAccuracy: number;
    /** Frames of which every bit was right. */
    readonly exact: Count;
  }[];
}

const FRAMES = 30;
const TARGET_PSNR_DB = 42;
/** The baselines have no geometry search: what changes the size is scaled back for them. */
const ATTACKED = [
  'untouched',
  'H.264 crf 23',
  'H.264 crf 28',
  'H.264 live 600k',
  '360p',
  'crop 10 %',
  'brightness −20 %',
  'blur σ 2',
];

export async function measureBaseline(clip: Clip, method: BaselineMethod): Promise<Baseline> {
  const random = seededNumbers(64);
  const bits = Array.from({ length: BASELINE_BITS }, () => (random() < 0.5 ? 0 : 1));
  const originals = (await loadFrames(clip.file, { frames: FRAMES })).map((frame) => i420ToRgb(frame));
  const step = stepFor(originals[0], bits, method);
  const times: number[] = [];
  const marked = originals.map((picture) => {
    const startMs = performance.now();
    const out = embedBaseline(picture, bits, method, step);
    times.push(performance.now() - startMs);
    return out;
  });
  const errors = marked.map(({ data }, i) => meanSquaredError(data, originals[i]?.data ?? data));
  const read = (pictures: readonly I420Frame[]) =>
    judge(
      pictures.map((frame) => readBaseline(i420ToRgb(frame), method, step)),
      bits,
    );
  const sent = marked.map((picture) => rgbToI420(picture));
  const jpegs = await Promise.all(sent.slice(0, 5).map((frame) => captureScreen(frame, { jpeg: 90 })));
  const attacked = await withFolder((folder) => attackAll(sent, folder));
  return {
    method,
    clip: clip.name,
    psnrDb: psnrDb(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    msPerFrame: median(times),
    attacks: [
      ...attacked.map(({ name, frames }) => ({ name, ...read(frames) })),
      { name: 'JPEG 90', ...read(jpegs) },
    ],
  };
}

/** The step that brings the first frame to the same PSNR as our mark: the error grows with its square. */
function stepFor(picture: RgbImage | undefined, bits: readonly number[], method: BaselineMethod): number {
  if (picture === undefined) throw new RangeError('a clip has frames');
  let step = DEFAULT_STEP;
  for (let round = 0; round < 3; round++) {
    const { data } = embedBaseline(picture, bits, method, step);
    step *= 10 ** ((psnrDb(meanSquaredError(data, picture.data)) - TARGET_PSNR_DB) / 20);
  }
  return step;
}

async function attackAll(
  frames: readonly I420Frame[],
  folder: string,
): Promise<{ name: string; frames: I420Frame[] }[]> {
  const marked = join(folder, 'marked.mkv');
  await writeFrames(marked, CLIP_FPS, frames);
  const out: { name: string; frames: I420Frame[] }[] = [];
  for (const name of ATTACKED) {
    const attack = ATTACKS.find((known) => known.name === name);
    if (attack?.kind !== 'recording') throw new RangeError(`no attack on recordings is called ${name}`);
    const file = join(folder, 'attacked.mkv');
    for (const { filter, codec } of attack.passes)
      await ffmpeg([
        ...['-i', marked, ...(filter === undefined ? [] : ['-vf', filter]), '-threads', '1'],
        ...[...codec.args, '-pix_fmt', 'yuv420p', file],
      ]);
    const back: I420Frame[] = [];
    const filter = `scale=${CLIP_SIZE.width}:${CLIP_SIZE.height}`;
    for await (const frame of readFrames(file, { filter })) back.push(frame);
    out.push({ name, frames: back });
  }
  return out;
}

function judge(votes: readonly (readonly number[])[], bits: readonly number[]) {
  const right = votes.map((shares) => shares.filter((share, i) => share > 0.5 === (bits[i] === 1)).length);
  const exact: Count = { ok: right.filter((count) => count === BASELINE_BITS).length, n: right.length };
  const bitAccuracy = right.reduce((sum, count) => sum + count, 0) / (right.length * BASELINE_BITS);
  return { bitAccuracy, exact };
}
