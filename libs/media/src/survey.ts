import { rgbToI420 } from '@guise/frame';
import { decodeVideo } from './decode.js';
import { MediaError } from './errors.js';
import { decodeImage } from './image.js';
import { checkDuration, DEFAULT_LIMITS } from './limits.js';
import { measureDuration } from './measure-duration.js';
import { requireOneShown } from './one-shown.js';
import { probe } from './probe.js';
import { chooseRate, rateValue } from './rate.js';
import { sampleVideo, type SampledPicture } from './sample.js';
import { planSurvey, type Stretch } from './survey-plan.js';
import type { FfmpegTools, MediaInfo, MediaLimits, PictureSize } from './types.js';

export interface SurveyOptions {
  /** Looks at this part only, closely if it is short; seconds of media time. */
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
  /** Reads every second, however long the material is. */
  readonly whole?: boolean;
  /** Looks at places by chance, and at every picture of a few seconds; with the same number always at the same places. */
  readonly seed?: number;
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

const SAMPLE_SIZE: PictureSize = { width: 1280, height: 720 };
/**
 * A still picture is searched for several marked ones, which may each be small in it: it is reduced less than a recording,
 * whose marks lie at 1280×720. An 8190×8190 one would otherwise take half a minute and most of a gigabyte.
 */
const STILL_PIXELS = 3840 * 2160;

/** Pictures of longer material are this large at most. */
const LARGE_SECONDS = 180;

/**
 * Plans how to look at a file so that the work is bounded whatever its length: every second of up to three minutes, a picture
 * every so often of more. Without a seed the same file is always read at the same places, which whoever made it may know.
 * @throws MediaError as `probe`; `no-picture`, `too-long`, `ambiguous`
 */
export async function surveyMedia(file: string, options: SurveyOptions = {}): Promise<Survey> {
  const info = await probe(file, options);
  if (info.kind === 'audio-only') {
    throw new MediaError('no-picture', `${file} holds sound only. Choose a file with a video track.`);
  }
  await requireOneShown(file, info);
  if (info.kind === 'image') {
    const open = () => stillPicture(file, { ...DEFAULT_LIMITS, ...options.limits });
    return { info, materialSeconds: 1, spacingSeconds: 1, expectedPictures: 1, open };
  }
  const materialSeconds = await measureDuration(file, info, options);
  if (materialSeconds !== null)
    checkDuration(file, materialSeconds, { ...DEFAULT_LIMITS, ...options.limits });
  const from = options.startSeconds ?? 0;
  const rest = materialSeconds === null ? null : Math.max(0, materialSeconds - from);
  const seconds = options.durationSeconds ?? rest;
  const isOpenEnded = options.durationSeconds === undefined;
  const { stretches, spacingSeconds } = planSurvey({ from, seconds, isOpenEnded }, options);
  const maxSize = (seconds ?? 0) > LARGE_SECONDS ? { maxSize: SAMPLE_SIZE } : {};
  return {
    info,
    materialSeconds,
    spacingSeconds,
    expectedPictures: seconds === null ? null : expectedPictures(stretches, from + seconds, info),
    open: () => picturesIn(file, stretches, { ...options, ...maxSize }),
  };
}

function expectedPictures(stretches: readonly Stretch[], end: number, info: MediaInfo): number {
  const counts = stretches.map(({ from, to, reading }) => {
    const seconds = Math.max(0, (to ?? end) - from);
    if (reading.how === 'keys') return seconds / reading.spacingSeconds;
    return (
      seconds * rateValue(reading.how === 'grid' ? reading.fps : chooseRate(info.fps, info.variableRate))
    );
  });
  return Math.ceil(counts.reduce((sum, count) => sum + count, 0));
}

async function* stillPicture(file: string, limits: MediaLimits): AsyncGenerator<SampledPicture> {
  const maxPixels = limits.maxWidth * limits.maxHeight;
  yield {
    frame: rgbToI420(await decodeImage(file, { maxPixels, reduceToPixels: STILL_PIXELS })),
    timestampMs: 0,
  };
}

/** A stretch without any picture is left out, unless all are: the file is damaged there, or its pictures end before it does. */
async function* picturesIn(
  file: string,
  stretches: readonly Stretch[],
  options: SurveyOptions,
): AsyncGenerator<SampledPicture> {
  let missing: MediaError | null = null;
  let count = 0;
  for (const stretch of stretches) {
    try {
      for await (const picture of picturesOf(file, stretch, options)) {
        count += 1;
        // A rate that is rounded may lend a stretch the first picture of the next.
        if (stretch.to === null || picture.timestampMs < 1000 * stretch.to) yield picture;
      }
    } catch (error) {
      if (!(error instanceof MediaError) || error.code !== 'damaged') throw error;
      missing = error;
    }
  }
  if (count === 0 && missing !== null) throw missing;
}

async function* picturesOf(
  file: string,
  { from, to, reading }: Stretch,
  { startSeconds: _start, durationSeconds: _duration, ...options }: SurveyOptions,
): AsyncGenerator<SampledPicture> {
  const part = {
    ...options,
    ...(from > 0 ? { startSeconds: from } : {}),
    ...(to === null ? {} : { durationSeconds: to - from }),
  };
  if (reading.how === 'keys') {
    yield* await sampleVideo(file, { ...part, spacingSeconds: reading.spacingSeconds });
    return;
  }
  const fps = reading.how === 'grid' ? { fps: reading.fps } : {};
  for await (const { frame, timestampMs } of await decodeVideo(file, { ...part, ...fps, damage: 'conceal' }))
    yield { frame, timestampMs: 1000 * from + timestampMs };
}
