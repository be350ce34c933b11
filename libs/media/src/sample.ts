import type { I420Frame } from '@guise/frame';
import { isOutOfMemory } from './child.js';
import { DEFAULT_MAX_SIZE, formatOf, requireToneMapping, tooMuchMemory } from './decode.js';
import { MediaError } from './errors.js';
import { betweenFilter, chooseSize, sampleFilter } from './filters.js';
import { startFrames } from './frame-process.js';
import { PictureTimes } from './picture-times.js';
import { KEY_PACKETS_INPUT, keyPacketArgs, wantsKeyPackets, type Part } from './key-packets.js';
import { GUARDED_INPUT, inputUrl, probe } from './probe.js';
import { defaultTools } from './tools.js';
import type { FfmpegTools, MediaInfo, MediaLimits, PictureSize } from './types.js';

export interface SampleOptions {
  /** Pictures come at least this far apart. */
  readonly spacingSeconds: number;
  /** Part of the material, in seconds of media time; all of it unless stated. */
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
  /** Bound for the size of the pictures, 1920×1080 unless stated. */
  readonly maxSize?: PictureSize;
  readonly limits?: Partial<MediaLimits>;
  /** Longest wait for the decoder's next bytes; 30 s unless stated. */
  readonly stallMs?: number;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** One picture at its true place in media time, counted from the beginning of the file. */
export interface SampledPicture {
  readonly frame: I420Frame;
  readonly timestampMs: number;
}

/** Pictures of one file in order, and what is known about it. Iterate once. */
export interface SampledVideo extends AsyncIterable<SampledPicture> {
  readonly info: MediaInfo;
  readonly size: PictureSize;
}

/** Where key pictures lie further apart than this, and than so many spacings, the stretch between them is decoded. */
const MAX_GAP_SECONDS = 10;
const MAX_GAP_SPACINGS = 4;

interface Plan {
  readonly file: string;
  readonly info: MediaInfo;
  readonly size: PictureSize;
  readonly tools: FfmpegTools;
  /** Key pictures are read through a program that drops all other packets. */
  readonly keyPackets: boolean;
  readonly options: SampleOptions;
}

interface Stretch extends Part {
  /** `nokey`: decode key pictures only. `noref`: all that others are predicted from. */
  readonly skip: 'nokey' | 'noref';
}

/**
 * Reads a picture every so often out of a long recording at a fraction of the cost of decoding it: the key pictures, and
 * where there are too few of them the stretch between, decoded through. Pictures look as those of `decodeVideo` do; what
 * cannot be decoded is left out.
 * @throws MediaError, also from the iteration (`damaged` when there is no picture at all, `stalled`, `aborted`)
 */
export async function sampleVideo(file: string, options: SampleOptions): Promise<SampledVideo> {
  if (!(options.spacingSeconds > 0)) throw new RangeError('pictures lie a positive time apart');
  const tools = options.tools ?? (await defaultTools());
  const info = await probe(file, { limits: options.limits ?? {}, tools, signal: options.signal });
  if (info.kind === 'audio-only') {
    throw new MediaError('no-picture', `${file} holds sound only. Choose a file with a video track.`);
  }
  if (info.hdr !== null) await requireToneMapping(tools, file);
  const size = chooseSize(info, options.maxSize ?? DEFAULT_MAX_SIZE);
  const pictures = withoutGaps({
    ...{ file, info, size, tools, options },
    keyPackets: await wantsKeyPackets(tools, info),
  });
  return { info, size, [Symbol.asyncIterator]: () => pictures };
}

async function* withoutGaps(plan: Plan): AsyncGenerator<SampledPicture, void, undefined> {
  const { spacingSeconds, startSeconds: from = 0, durationSeconds } = plan.options;
  const to = durationSeconds === undefined ? null : from + durationSeconds;
  const longest = Math.max(MAX_GAP_SECONDS, MAX_GAP_SPACINGS * spacingSeconds);
  let last: number | null = null;
  for await (const picture of picturesOf(plan, { from, to, skip: 'nokey' })) {
    const at = picture.timestampMs / 1000;
    const since = last === null ? from : last + spacingSeconds;
    if (at - since > longest) yield* picturesOf(plan, { from: since, to: at, skip: 'noref' });
    yield picture;
    last = at;
  }
  const end = to ?? plan.info.durationSeconds;
  if (last !== null && end !== null && end - last <= longest) return;
  const rest = { from: last === null ? from : last + spacingSeconds, to, skip: 'noref' } as const;
  for await (const picture of picturesOf(plan, rest)) {
    yield picture;
    last = picture.timestampMs / 1000;
  }
  if (last === null) throw new MediaError('damaged', `${plan.file} holds no picture that can be decoded.`);
}

async function* picturesOf(plan: Plan, stretch: Stretch): AsyncGenerator<SampledPicture, void, undefined> {
  const { file, size, tools, options } = plan;
  const { stallMs, signal } = options;
  const reading = readingOf(plan, stretch);
  const decoder = startFrames({ program: tools.ffmpeg, ...reading, size, stallMs, signal });
  const times = new PictureTimes(decoder.stderr);
  try {
    for (;;) {
      const data = await decoder.next();
      const seconds = data === null ? null : await times.next();
      if (data === null || seconds === null) break;
      yield { frame: { ...size, data }, timestampMs: Math.max(0, 1000 * (reading.startSeconds + seconds)) };
    }
    await decoder.ended();
    if (isOutOfMemory(times.tail())) throw tooMuchMemory(file);
  } finally {
    await decoder.stop();
  }
}

/** How a stretch is read; pictures tell their times from `startSeconds` on. */
interface Reading {
  readonly args: readonly string[];
  readonly feed?: readonly string[];
  readonly startSeconds: number;
}

function readingOf(plan: Plan, stretch: Stretch): Reading {
  const { file, info, size, options } = plan;
  const { from, to, skip } = stretch;
  const words = ['-hide_banner', '-nostdin', '-nostats', '-v', 'info'];
  if (plan.keyPackets && skip === 'nokey') {
    const filter = `${betweenFilter(from, to)},${sampleFilter(info, size, options.spacingSeconds)}`;
    const args = [...words, ...KEY_PACKETS_INPUT, ...outputArgs(filter)];
    return { args, feed: keyPacketArgs(file, stretch), startSeconds: 0 };
  }
  const input = [
    ...[...GUARDED_INPUT, ...formatOf(info), '-skip_frame', skip],
    ...(from > 0 ? ['-ss', from.toFixed(3)] : []),
    ...(to === null ? [] : ['-t', (to - from).toFixed(3)]),
    ...['-i', inputUrl(file), '-map', '0:V:0', '-an', '-sn', '-dn'],
  ];
  const args = [...words, ...input, ...outputArgs(sampleFilter(info, size, options.spacingSeconds))];
  return { args, startSeconds: from };
}

/** Each picture once, at its own time. */
const outputArgs = (filter: string): string[] => [
  ...['-vf', filter, '-vsync', '0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
];
