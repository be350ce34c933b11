import { join } from 'node:path';
import type { I420Frame } from '@guise/frame';
import type { Detector } from 'invisible-watermark-ts';
import { type Attack, type Codec, encodersOf, type Pass } from './attacks.js';
import { captureScreen } from './capture.js';
import { type Clip, CLIP_SIZE } from './clips.js';
import { capabilities, ffmpeg, loadFrames } from './ffmpeg.js';
import { ensureMarked } from './marked.js';
import {
  type AttackReading,
  type Effort,
  emptyReading,
  READ_FPS,
  tallyGallery,
  tallyWindow,
  toTimedFrames,
  windowsOf,
} from './tally.js';
import { withFolder } from './work-folder.js';

export interface AttackJob {
  readonly attack: Attack;
  /** The clip that is attacked, or shown first in a gallery. */
  readonly clip: Clip;
  readonly clips: readonly Clip[];
  readonly effort: Effort;
  readonly work: string;
  readonly version: string;
}

/** Attacks one marked clip and reads what is left; null when this ffmpeg lacks the encoder. */
export async function readAttacked(job: AttackJob, detector: Detector): Promise<AttackReading | null> {
  const encoders = await capabilities('encoders');
  if (!encodersOf(job.attack).every((encoder) => encoders.has(encoder))) return null;
  return withFolder(async (folder) => {
    switch (job.attack.kind) {
      case 'recording':
        return readRecording(job, await passThrough(job, job.attack.passes, folder), detector);
      case 'screenshot': {
        const { file } = await passThrough(job, [{ codec: job.attack.codec }], folder, SCREENSHOT_SECONDS);
        return readScreenshots(job, file, job.attack.capture, detector);
      }
      case 'gallery':
        return readGallery(job, job.attack, folder, detector);
    }
  });
}

/** A recording to read, with filters that no encoder comes after. */
interface Received {
  readonly file: string;
  readonly filter?: string;
}

async function readRecording(
  job: AttackJob,
  { file, ...filters }: Received,
  detector: Detector,
): Promise<AttackReading> {
  const { session } = await ensureMarked(job.clip, 0, job);
  const reading = emptyReading();
  const frames = toTimedFrames(await loadFrames(file, { fps: READ_FPS, ...filters }));
  for (const window of windowsOf(frames, job.effort)) tallyWindow(reading, window, detector, session);
  return reading;
}

const SCREENSHOT_SECONDS = 5;
const SCREENSHOTS = { full: 5, quick: 3 } as const;

async function readScreenshots(
  job: AttackJob,
  file: string,
  capture: Parameters<typeof captureScreen>[1],
  detector: Detector,
): Promise<AttackReading> {
  const { session } = await ensureMarked(job.clip, 0, job);
  const reading = emptyReading();
  const frames = await loadFrames(file, { fps: READ_FPS });
  const shots = SCREENSHOTS[job.effort];
  for (let shot = 0; shot < shots; shot++) {
    const frame = frames[Math.floor(((shot + 0.5) * frames.length) / shots)];
    if (frame === undefined) continue;
    const seen: I420Frame = await captureScreen(frame, capture);
    tallyWindow(reading, { length: 'frame', frames: toTimedFrames([seen]) }, detector, session);
  }
  return reading;
}

async function passThrough(
  job: AttackJob,
  passes: readonly Pass[],
  folder: string,
  seconds?: number,
): Promise<Received> {
  let { file } = await ensureMarked(job.clip, 0, job);
  for (const [generation, pass] of passes.entries()) {
    if (pass.codec.lossless === true && pass.backdrop !== true)
      return pass.filter === undefined ? { file } : { file, filter: pass.filter };
    const out = join(folder, `${generation}.${pass.codec.suffix ?? 'mkv'}`);
    const backdrop = job.clips[(job.clip.index + 1) % job.clips.length];
    const inputs = pass.backdrop && backdrop !== undefined ? ['-i', file, '-i', backdrop.file] : ['-i', file];
    const filter = pass.filter === undefined ? [] : [pass.backdrop ? '-filter_complex' : '-vf', pass.filter];
    const duration = seconds === undefined ? [] : ['-t', String(seconds)];
    await encode([...inputs, ...filter, ...duration], pass.codec, out);
    file = out;
  }
  return { file };
}

/** One thread: as many attacks as there are cores run side by side. */
async function encode(args: readonly string[], codec: Codec, out: string): Promise<void> {
  const pixels = codec.suffix === 'gif' ? [] : ['-pix_fmt', 'yuv420p'];
  await ffmpeg([...args, '-threads', '1', ...codec.args, ...pixels, out]);
}

async function readGallery(
  job: AttackJob,
  { side, codec }: Extract<Attack, { kind: 'gallery' }>,
  folder: string,
  detector: Detector,
): Promise<AttackReading> {
  const width = Math.floor(CLIP_SIZE.width / side / 2) * 2;
  const height = Math.floor(CLIP_SIZE.height / side / 2) * 2;
  const inputs: string[] = [];
  const scaled: string[] = [];
  const layout: string[] = [];
  const places = new Map<number, { x: number; y: number }>();
  for (let tile = 0; tile < side * side; tile++) {
    const position = job.clip.index + tile;
    const clip = job.clips[position % job.clips.length];
    if (clip === undefined) throw new RangeError('a gallery needs clips');
    const { file, session } = await ensureMarked(clip, Math.floor(tile / job.clips.length), job);
    const [x, y] = [(tile % side) * width, Math.floor(tile / side) * height];
    inputs.push('-i', file);
    scaled.push(`[${tile}:v]scale=${width}:${height}[t${tile}]`);
    layout.push(`${x}_${y}`);
    places.set(session, { x: x + width / 2, y: y + height / 2 });
  }
  const tiles = scaled.map((_, tile) => `[t${tile}]`).join('');
  const graph = `${scaled.join(';')};${tiles}xstack=inputs=${side * side}:layout=${layout.join('|')}`;
  const out = join(folder, 'gallery.mkv');
  await encode([...inputs, '-filter_complex', graph], codec, out);
  const reading = emptyReading();
  for (const window of windowsOf(toTimedFrames(await loadFrames(out, { fps: READ_FPS })), job.effort))
    tallyGallery(reading, window, detector, places);
  return reading;
}
