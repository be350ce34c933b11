import { firstEncoder } from './capabilities.js';
import { MediaError } from './errors.js';
import { GUARDED_INPUT, inputUrl } from './probe.js';
import type { EncodeOptions, FfmpegTools, MediaInfo, VideoCodec } from './types.js';

interface Container {
  readonly format: string;
  /** Encoders in order of preference: the fallbacks serve ffmpeg builds without GPL parts. */
  readonly encoders: readonly string[];
  readonly defaultCrf: number;
  /** Audio codecs the container takes as they are. */
  readonly audioCopied: readonly string[];
  readonly audioEncoders: readonly string[];
  readonly flags: readonly string[];
}

const CONTAINERS: Readonly<Record<VideoCodec, Container>> = {
  h264: {
    format: 'mp4',
    encoders: ['libx264', 'libopenh264', 'h264_videotoolbox', 'h264_mf'],
    defaultCrf: 20,
    audioCopied: ['aac', 'mp3', 'ac3', 'eac3', 'alac'],
    audioEncoders: ['aac'],
    flags: ['-movflags', '+faststart'],
  },
  vp9: {
    format: 'webm',
    encoders: ['libvpx-vp9'],
    defaultCrf: 32,
    audioCopied: ['opus', 'vorbis'],
    audioEncoders: ['libopus', 'libvorbis'],
    flags: [],
  },
};
/** Says in the file what the picture is, so that every player shows the same colours. */
const COLOUR_TAGS = [
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
  ...['-colorspace', 'bt709', '-color_range', 'tv'],
];

/** Arguments of the encoder process: raw I420 on standard input, one file out. */
export async function encodeArgs(
  target: string,
  options: EncodeOptions,
  tools: FfmpegTools,
  audio: MediaInfo | null,
): Promise<string[]> {
  const container = CONTAINERS[options.codec ?? 'h264'];
  const encoder = await requireEncoder(tools, container.encoders);
  const rate = `${options.fps.num}/${options.fps.den}`;
  const sound = audio?.hasAudio === true ? options.audioFrom : undefined;
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${options.width}x${options.height}`],
    ...['-framerate', rate, '-color_range', 'tv', '-colorspace', 'bt709', '-i', 'pipe:0'],
    ...(sound === undefined ? [] : audioInput(sound, options)),
    ...['-map', '0:v:0', '-c:v', encoder, ...quality(encoder, container, options), '-pix_fmt', 'yuv420p'],
    ...COLOUR_TAGS,
    ...(sound === undefined ? [] : ['-map', '1:a:0', '-c:a', await audioCodec(tools, container, audio)]),
    ...['-map_metadata', '-1', ...container.flags, '-f', container.format, inputUrl(target)],
  ];
}

function audioInput(file: string, { audioStartSeconds, audioDurationSeconds }: EncodeOptions): string[] {
  return [
    ...GUARDED_INPUT,
    ...(audioStartSeconds === undefined ? [] : ['-ss', String(audioStartSeconds)]),
    ...(audioDurationSeconds === undefined ? [] : ['-t', String(audioDurationSeconds)]),
    ...['-vn', '-i', inputUrl(file)],
  ];
}

async function audioCodec(
  tools: FfmpegTools,
  container: Container,
  audio: MediaInfo | null,
): Promise<string> {
  if (container.audioCopied.includes(audio?.audioCodec ?? '')) return 'copy';
  return requireEncoder(tools, container.audioEncoders);
}

function quality(encoder: string, container: Container, options: EncodeOptions): string[] {
  const bitrate =
    options.kbps === undefined ? null : [...['-b:v', `${options.kbps}k`], ...rateCap(options.kbps)];
  const crf = ['-crf', String(options.crf ?? container.defaultCrf)];
  switch (encoder) {
    case 'libx264':
      return ['-preset', 'veryfast', ...(bitrate ?? crf)];
    case 'libvpx-vp9':
      return [
        '-deadline',
        'realtime',
        '-cpu-used',
        '8',
        '-row-mt',
        '1',
        ...(bitrate ?? [...crf, '-b:v', '0']),
      ];
    default:
      // Encoders without constant quality: about 0.15 bit a pixel, which is transparent for a talking head.
      return bitrate ?? ['-b:v', String(Math.round(options.width * options.height * 0.15 * 30))];
  }
}

/** A meeting's channel has no room for peaks: one second of buffer. */
function rateCap(kbps: number): string[] {
  return ['-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`];
}

async function requireEncoder(tools: FfmpegTools, names: readonly string[]): Promise<string> {
  const found = await firstEncoder(tools, names);
  if (found !== undefined) return found;
  throw new MediaError(
    'ffmpeg-incapable',
    `This ffmpeg (${tools.version}) has none of the encoders ${names.join(', ')}. Install the full ffmpeg package.`,
  );
}
