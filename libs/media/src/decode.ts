import { hasFilters } from './capabilities.js';
import { collectTail, isOutOfMemory } from './child.js';
import { MediaError } from './errors.js';
import { checkSize, chooseSize, videoFilter } from './filters.js';
import { startFrames } from './frame-process.js';
import { GUARDED_INPUT, inputUrl, ONE_JPEG, probe } from './probe.js';
import { chooseRate, rateValue } from './rate.js';
import { defaultTools } from './tools.js';
import type {
  DecodedFrame,
  DecodeOptions,
  FfmpegTools,
  FrameRate,
  MediaInfo,
  PictureSize,
  VideoDecoder,
} from './types.js';

export const DEFAULT_MAX_SIZE: PictureSize = { width: 1920, height: 1080 };
/** Share of the declared pictures that may be missing: edit lists and rounding explain no more. */
const SHORTFALL = 0.1;
/** What ffmpeg says at level "error" when data is missing or wrong although it went on decoding. */
const DAMAGE =
  /invalid|corrupt|partial file|ended prematurely|error while decoding|exceeds max|truncat|missing picture/i;

interface Plan {
  readonly file: string;
  readonly info: MediaInfo;
  readonly size: PictureSize;
  readonly fps: FrameRate;
  readonly tools: FfmpegTools;
  readonly options: DecodeOptions;
}

/**
 * Opens a video for decoding: probes it, checks bounds, decides size and rate. Decoding starts with the iteration, runs
 * in a process of its own and is stopped when the loop is left early or `signal` aborts. Memory is bounded by
 * `readAhead` pictures; each frame has its own buffer, unless frames are lent. Rotation, pixel aspect, bit depth, range, matrix and
 * HDR are normalised to 8-bit BT.709 limited-range I420; uneven frame times are resampled to a constant rate.
 * @throws MediaError, also from the iteration (`damaged`, `stalled`, `aborted`)
 */
export async function decodeVideo(file: string, options: DecodeOptions = {}): Promise<VideoDecoder> {
  const tools = options.tools ?? (await defaultTools());
  const { limits = {}, signal } = options;
  const info = options.info ?? (await probe(file, { limits, tools, signal }));
  if (info.kind === 'audio-only') {
    throw new MediaError('no-picture', `${file} holds sound only. Choose a file with a video track.`);
  }
  if (info.hdr !== null) await requireToneMapping(tools, file);
  const size = options.size ?? chooseSize(info, options.maxSize ?? DEFAULT_MAX_SIZE);
  checkSize(size);
  const fps = options.fps ?? chooseRate(info.fps, info.variableRate);
  const plan = { file, info, size, fps, tools, options };
  let started = false;
  return {
    info,
    size,
    fps,
    expectedFrames: expectedFrames(plan),
    [Symbol.asyncIterator]() {
      if (started) throw new RangeError('a decoder is iterated once; open the file again');
      started = true;
      return frames(plan);
    },
  };
}

async function* frames(plan: Plan): AsyncGenerator<DecodedFrame, void, undefined> {
  const { size, fps, options } = plan;
  const { readAhead, lends, stallMs, signal } = options;
  const args = decodeArgs(plan);
  const decoder = startFrames({ program: plan.tools.ffmpeg, args, size, readAhead, lends, stallMs, signal });
  const stderr = collectTail(decoder.stderr);
  try {
    let index = 0;
    for (;;) {
      const data = await decoder.next();
      if (data === null) break;
      yield { frame: { ...size, data }, index, timestampMs: (index * 1000) / rateValue(fps) };
      index += 1;
    }
    const { code, leftoverBytes } = await decoder.ended();
    judgeEnd(plan, index, code, stderr(), leftoverBytes);
  } finally {
    await decoder.stop();
  }
}

function decodeArgs({ file, info, size, fps, options }: Plan): string[] {
  const strict = options.damage === 'conceal' ? [] : ['-xerror', '-err_detect', 'explode'];
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...strict, ...GUARDED_INPUT, ...formatOf(info)],
    ...(options.startSeconds === undefined ? [] : ['-ss', String(options.startSeconds)]),
    ...(options.durationSeconds === undefined ? [] : ['-t', String(options.durationSeconds)]),
    ...['-i', inputUrl(file), '-map', '0:V:0', '-an', '-sn', '-dn'],
    ...['-vf', videoFilter(info, size, options.fit ?? 'contain', fps)],
    ...(options.maxFrames === undefined ? [] : ['-frames:v', String(options.maxFrames)]),
    ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
  ];
}

/** A still JPEG is forced to be one: its name could stand for a sequence. */
export const formatOf = (info: MediaInfo): readonly string[] =>
  info.kind === 'image' && info.videoCodec === 'mjpeg' ? ONE_JPEG : [];

export const tooMuchMemory = (file: string): MediaError =>
  new MediaError(
    'picture-too-large',
    `${file} needs more memory to decode than is allowed. Scale it down first.`,
  );

function judgeEnd(plan: Plan, count: number, code: number, stderr: string, leftover: number): void {
  const damaged = code !== 0 || leftover > 0 || DAMAGE.test(stderr) || isShort(plan, count);
  if (count > 0 && (plan.options.damage === 'conceal' || !damaged)) return;
  if (isOutOfMemory(stderr)) throw tooMuchMemory(plan.file);
  const second = (count / rateValue(plan.fps)).toFixed(1);
  throw new MediaError(
    'damaged',
    count === 0
      ? `${plan.file} holds no picture that can be decoded.`
      : `${plan.file} is damaged or incomplete near second ${second}. Record or copy it again.`,
  );
}

/** Some demuxers skip what they cannot read without a word: then pictures are missing that the track declares. */
function isShort(plan: Plan, count: number): boolean {
  if (plan.info.pictureSeconds === null || plan.info.kind === 'image') return false;
  const expected = expectedFrames(plan) ?? 0;
  return expected - count > Math.max(2, expected * SHORTFALL);
}

function expectedFrames({ info, fps, options }: Plan): number | null {
  if (info.durationSeconds === null) return options.maxFrames ?? null;
  const rest = Math.max(0, info.durationSeconds - (options.startSeconds ?? 0));
  const seconds = Math.min(rest, options.durationSeconds ?? rest);
  return Math.min(Math.round(seconds * rateValue(fps)), options.maxFrames ?? Number.POSITIVE_INFINITY);
}

export async function requireToneMapping(tools: FfmpegTools, file: string): Promise<void> {
  if (await hasFilters(tools, ['zscale', 'tonemap'])) return;
  throw new MediaError(
    'ffmpeg-incapable',
    `${file} is an HDR recording and this ffmpeg (${tools.version}) cannot tone-map it. Install one with libzimg, or convert the file to SDR first.`,
  );
}
