import { rgbToI420 } from '@guise/frame';
import { decodeVideo } from './decode.js';
import { MediaError } from './errors.js';
import { decodeImage } from './image.js';
import { checkDuration, DEFAULT_LIMITS } from './limits.js';
import { measureDuration } from './measure-duration.js';
import { probe } from './probe.js';
import { rateValue } from './rate.js';
import { sampleVideo, type SampledPicture } from './sample.js';
import type { FfmpegTools, FrameRate, MediaInfo, MediaLimits, PictureSize } from './types.js';

export interface SurveyOptions {
  /** Looks at this part only, closely if it is short; seconds of media time. */
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
  readonly limits?: Partial<MediaLimits>;
  /** Bound for the size of the pictures, 1920×1080 unless stated. Of long material they are at most 1280×720. */
  readonly maxSize?: PictureSize;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** What is looked at of a file that may be a picture, a clip, or hours of recording. */
export interface Survey {
  readonly info: MediaInfo;
  /** Length of the material; 1 for a still picture, null when it cannot be told. */
  readonly materialSeconds: number | null;
  /** Single pictures this far apart are read; 1 where several of every second are. */
  readonly spacingSeconds: number;
  /** About how many pictures there are to read; null when it cannot be told. */
  readonly expectedPictures: number | null;
  /** Gives the pictures in order; may be called again. Damaged parts are left out. @throws MediaError from the iteration */
  readonly open: () => AsyncIterable<SampledPicture>;
}

/** Every second is read of so much; of more, a picture every so often. */
const CLOSE_SECONDS = 180;
/** Pictures read of each second; from a minute on fewer. */
const CLOSE_FPS: FrameRate = { num: 8, den: 1 };
const LONGER_FPS: FrameRate = { num: 4, den: 1 };
const LONGER_SECONDS = 60;
/** So many pictures at most are read of long material, whatever its length: an hour has one every five seconds. */
const MAX_SAMPLES = 720;
const SAMPLE_SIZE: PictureSize = { width: 1280, height: 720 };
/**
 * A still picture is searched for several marked ones, which may each be small in it: it is reduced less than a recording,
 * whose marks lie at 1280×720. An 8190×8190 one would otherwise take half a minute and most of a gigabyte.
 */
const STILL_PIXELS = 3840 * 2160;

/**
 * Plans how to look at a file so that the work is bounded whatever its length: every second of up to three minutes, a picture
 * every so often of more. The same file is always read at the same places.
 * @throws MediaError as `probe`; `no-picture`, `too-long`
 */
export async function surveyMedia(file: string, options: SurveyOptions = {}): Promise<Survey> {
  const info = await probe(file, options);
  if (info.kind === 'audio-only') {
    throw new MediaError('no-picture', `${file} holds sound only. Choose a file with a video track.`);
  }
  if (info.kind === 'image') {
    const open = () => stillPicture(file, { ...DEFAULT_LIMITS, ...options.limits });
    return { info, materialSeconds: 1, spacingSeconds: 1, expectedPictures: 1, open };
  }
  const materialSeconds = await measureDuration(file, info, options);
  if (materialSeconds !== null)
    checkDuration(file, materialSeconds, { ...DEFAULT_LIMITS, ...options.limits });
  const rest = materialSeconds === null ? null : Math.max(0, materialSeconds - (options.startSeconds ?? 0));
  const seconds = options.durationSeconds ?? rest;
  const plan = seconds !== null && seconds > CLOSE_SECONDS ? farPlan(seconds) : closePlan(seconds);
  const open = () =>
    plan.fps === null ? samples(file, plan.spacingSeconds, options) : everySecond(file, plan.fps, options);
  return {
    info,
    materialSeconds,
    spacingSeconds: plan.spacingSeconds,
    expectedPictures: plan.expected,
    open,
  };
}

interface Plan {
  /** Null: single pictures, `spacingSeconds` apart. */
  readonly fps: FrameRate | null;
  readonly spacingSeconds: number;
  readonly expected: number | null;
}

function farPlan(seconds: number): Plan {
  const spacingSeconds = Math.max(1, seconds / MAX_SAMPLES);
  return { fps: null, spacingSeconds, expected: Math.ceil(seconds / spacingSeconds) };
}

function closePlan(seconds: number | null): Plan {
  const fps = (seconds ?? 0) > LONGER_SECONDS ? LONGER_FPS : CLOSE_FPS;
  return { fps, spacingSeconds: 1, expected: seconds === null ? null : Math.ceil(seconds * rateValue(fps)) };
}

async function* stillPicture(file: string, limits: MediaLimits): AsyncGenerator<SampledPicture> {
  const maxPixels = limits.maxWidth * limits.maxHeight;
  yield {
    frame: rgbToI420(await decodeImage(file, { maxPixels, reduceToPixels: STILL_PIXELS })),
    timestampMs: 0,
  };
}

async function* everySecond(
  file: string,
  fps: FrameRate,
  options: SurveyOptions,
): AsyncGenerator<SampledPicture> {
  const startMs = 1000 * (options.startSeconds ?? 0);
  for await (const { frame, timestampMs } of await decodeVideo(file, { ...options, fps, damage: 'conceal' }))
    yield { frame, timestampMs: startMs + timestampMs };
}

async function* samples(
  file: string,
  spacingSeconds: number,
  options: SurveyOptions,
): AsyncGenerator<SampledPicture> {
  yield* await sampleVideo(file, { ...options, spacingSeconds, maxSize: SAMPLE_SIZE });
}
