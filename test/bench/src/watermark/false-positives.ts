import { createDetector, EPOCH_TAG_MIN_Z, type Detector, type Geometry } from 'invisible-watermark-ts';
import { scalePlane } from '@guise/frame';
import { CLIP_SIZE, type Clip } from './clips.js';
import { loadFrames } from './ffmpeg.js';
import { type Histogram, ZCounter } from './histogram.js';
import { ensureMarked, MARKING_KEY } from './marked.js';
import { noisePicture, seededKey, seededNumbers } from './noise-pictures.js';
import { READ_FPS, type TimedFrame, toTimedFrames } from './tally.js';

export type Material = 'noise' | 'texture' | 'natural' | 'screen' | 'foreign';

/** A batch of trials under keys that marked nothing of what is shown. */
export interface FalsePositiveJob {
  /**
   * `blind`: the whole search over one frame or one second. `aligned`: windows cut from the material at random, read as they
   * are. `tags`: the epoch tag of marked seconds under the keys of other seconds and sessions.
   */
  readonly mode: 'blind' | 'aligned' | 'tags';
  readonly material: Material;
  /** Where the material comes from; absent for noise. */
  readonly clip?: Clip;
  readonly trials: number;
  readonly seed: number;
  readonly work: string;
  readonly version: string;
}

export interface FalsePositives {
  readonly mode: FalsePositiveJob['mode'];
  readonly material: Material;
  readonly trials: number;
  readonly accepted: number;
  /** z-scores of epoch tags under keys that drew none: unit variance when the theory holds. */
  readonly tagZ: Histogram;
}

export async function tryFalsePositives(job: FalsePositiveJob): Promise<FalsePositives> {
  const tagZ = new ZCounter();
  const accepted = job.mode === 'tags' ? await tryTags(job, tagZ) : await tryWindows(job, tagZ);
  return { mode: job.mode, material: job.material, trials: job.trials, accepted, tagZ: tagZ.histogram() };
}

async function tryTags(job: FalsePositiveJob, tagZ: ZCounter): Promise<number> {
  const detector = createDetector({ key: MARKING_KEY });
  const sections = detector.detect(await markedSecond(job)).epochs;
  if (sections.length === 0)
    throw new Error('the marked second was not read: there is no tag to try keys on');
  let accepted = 0;
  for (let trial = 0; trial < job.trials; trial++) {
    const section = sections[trial % sections.length];
    if (section === undefined) continue;
    const { z } = detector.verifyEpochSection(section, seededKey(`tag ${job.seed} ${trial}`));
    tagZ.add(z);
    if (z >= EPOCH_TAG_MIN_Z) accepted++;
  }
  return accepted;
}

async function markedSecond(job: FalsePositiveJob): Promise<TimedFrame[]> {
  if (job.clip === undefined) throw new RangeError('tags are tried on a marked clip');
  const { file } = await ensureMarked(job.clip, 0, job);
  return toTimedFrames(await loadFrames(file, { fps: READ_FPS, frames: READ_FPS }));
}

const WINDOW = { width: 640, height: 360 };
/** Every so many windows the detector gets another key. */
const WINDOWS_PER_KEY = 50;

async function tryWindows(job: FalsePositiveJob, tagZ: ZCounter): Promise<number> {
  const random = seededNumbers(job.seed);
  const material = await materialOf(job);
  const search = job.mode === 'blind' ? 'rotated' : 'aligned';
  let detector: Detector | undefined;
  let accepted = 0;
  for (let trial = 0; trial < job.trials; trial++) {
    if (detector === undefined || trial % WINDOWS_PER_KEY === 0)
      detector = createDetector({ key: seededKey(`key ${job.seed} ${trial}`) });
    const window = cutWindow(job, material, random);
    if (detector.detect(window, { search }).found) accepted++;
    tagZ.add(detector.verifyEpoch(window, PLAIN, seededKey(`epoch ${job.seed} ${trial}`)).z);
  }
  return accepted;
}

/** A frame of a window's size as it was sent: s = 1/2 in §2 of the format. */
const PLAIN: Geometry = { ...WINDOW, toFrame: [0.5, 0, -0.25, 0, 0.5, -0.25] };

async function materialOf({ clip, material, work, version }: FalsePositiveJob): Promise<TimedFrame[]> {
  if (clip === undefined) return [];
  const { file } = material === 'foreign' ? await ensureMarked(clip, 0, { work, version }) : clip;
  return toTimedFrames(await loadFrames(file, { fps: READ_FPS }));
}

/** One frame, or three in a row: of the material at a random place and zoom, or fresh noise of a random slope. */
function cutWindow(
  job: FalsePositiveJob,
  material: readonly TimedFrame[],
  random: () => number,
): TimedFrame[] {
  if (job.material === 'noise')
    return [noisePicture(WINDOW.width, WINDOW.height, 2 * random(), Math.floor(random() * 2 ** 31))];
  const length = random() < 0.5 ? 1 : Math.min(3, material.length);
  const first = Math.floor(random() * (material.length - length + 1));
  const zoom = 1 + random();
  const width = 2 * Math.floor((WINDOW.width * zoom) / 2);
  const height = 2 * Math.floor((WINDOW.height * zoom) / 2);
  const left = Math.floor(random() * (CLIP_SIZE.width - width));
  const top = Math.floor(random() * (CLIP_SIZE.height - height));
  return material.slice(first, first + length).map((frame) => {
    const cut = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const start = (top + y) * frame.stride + left;
      cut.set(frame.luma.subarray(start, start + width), y * width);
    }
    const luma = scalePlane(cut, width, height, WINDOW.width, WINDOW.height);
    return { ...frame, ...WINDOW, luma, stride: WINDOW.width };
  });
}
