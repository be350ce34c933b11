import { rgbToI420, type I420Frame } from '@guise/frame';
import { decodeImage, decodeVideo, measureDuration, MediaError, probe, sampleVideo } from '@guise/media';
import type { Material } from './analyse-media.js';
import { AnalystError } from './media-analyst.js';
import type { TimedFrame } from './settle-epoch.js';

export const MAX_MEDIA_BYTES = 2 * 2 ** 30;
/** Bounds of one submission. */
const LIMITS = { maxBytes: MAX_MEDIA_BYTES, maxWidth: 7680, maxHeight: 4320, maxDurationSeconds: 12 * 3600 };
export const LIMITS_ADVICE = 'Send at most 12 hours, 2 GiB and 7680×4320 pixels.';
const MAX_PICTURE_PIXELS = 7680 * 4320;
/** The largest picture that is read; larger ones are scaled down, which the mark survives. */
const MAX_SIZE = { width: 1920, height: 1080 };
/** Pictures read of each second; from a minute on fewer, so that it ends within the time limit. */
const FRAMES_PER_SECOND = { short: { num: 8, den: 1 }, long: { num: 4, den: 1 } };
const LONG_SECONDS = 60;
/** Every second is read up to this length; of longer material a picture every so often. */
const CLOSE_SECONDS = 180;
/** So many pictures at most are read then: a whole search and their reading end within the time limit. */
const MAX_SAMPLES = 720;
/** Of long recordings: their length is no reason to look at each picture in full resolution. */
const SAMPLE_SIZE = { width: 1280, height: 720 };

/** @throws MediaError, AnalystError `unreadable` */
export async function openMaterial(path: string): Promise<Material & { materialSeconds: number | null }> {
  const info = await probe(path, { limits: LIMITS });
  const { kind } = info;
  if (kind === 'audio-only') throw new AnalystError('unreadable', 'The file holds sound only.');
  if (kind === 'image') return { materialSeconds: 1, spacingSeconds: 1, open: () => still(path) };
  const materialSeconds = await measureDuration(path, info);
  if ((materialSeconds ?? 0) > LIMITS.maxDurationSeconds)
    throw new MediaError('too-long', 'The recording is too long.');
  if (materialSeconds !== null && materialSeconds > CLOSE_SECONDS) {
    const spacingSeconds = Math.max(1, materialSeconds / MAX_SAMPLES);
    return { materialSeconds, spacingSeconds, open: () => samples(path, spacingSeconds) };
  }
  const fps = FRAMES_PER_SECOND[(materialSeconds ?? 0) > LONG_SECONDS ? 'long' : 'short'];
  return { materialSeconds, spacingSeconds: 1, open: () => everySecond(path, fps) };
}

async function* still(path: string): AsyncGenerator<TimedFrame> {
  yield toLuma(rgbToI420(await decodeImage(path, { maxPixels: MAX_PICTURE_PIXELS })), 0);
}

async function* everySecond(path: string, fps: { num: number; den: number }): AsyncGenerator<TimedFrame> {
  const options = { limits: LIMITS, maxSize: MAX_SIZE, fps, damage: 'conceal' } as const;
  for await (const { frame, timestampMs } of await decodeVideo(path, options))
    yield toLuma(frame, timestampMs);
}

async function* samples(path: string, spacingSeconds: number): AsyncGenerator<TimedFrame> {
  const options = { limits: LIMITS, maxSize: SAMPLE_SIZE, spacingSeconds };
  for await (const { frame, timestampMs } of await sampleVideo(path, options))
    yield toLuma(frame, timestampMs);
}

const toLuma = ({ data, width, height }: I420Frame, timestampMs: number): TimedFrame => ({
  luma: data.subarray(0, width * height),
  width,
  height,
  stride: width,
  timestampMs,
});
