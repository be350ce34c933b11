import { requireToneMapping } from '../decode.js';
import { MediaError } from '../errors.js';
import { videoFilter } from '../filters.js';
import { GUARDED_INPUT, GUARDED_LIMITS, inputUrl, probe } from '../probe.js';
import type { FfmpegTools, FrameRate, PictureSize } from '../types.js';
import type { CaptureSource } from './capture.js';

export interface CaptureShape {
  readonly size: PictureSize;
  readonly fps: FrameRate;
}

/** A stream must not make ffmpeg read files of this machine: a playlist may name anything. */
const STREAM_PROTOCOLS = 'http,https,tls,tcp,udp,rtp,rtsp,rtmp,rtmps,srt';
const OUTPUT = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'] as const;
const QUIET = ['-hide_banner', '-nostdin', '-v', 'error'] as const;
/** Nothing is kept back to be read at leisure. */
const PROMPT = ['-fflags', 'nobuffer', '-flags', 'low_delay'] as const;

/**
 * ffmpeg's words for live pictures of one size.
 * @throws MediaError what `probe` throws of a file; `not-media` for an address that is none
 */
export async function captureArgs(
  source: CaptureSource,
  shape: CaptureShape,
  tools: FfmpegTools,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly string[]> {
  if (source.kind === 'camera') {
    const input = [...cameraFormat(platform, shape), '-i', cameraName(platform, source.device)];
    return [...QUIET, ...PROMPT, ...input, ...pictureAsItComes(shape)];
  }
  if (source.kind === 'stream') {
    const { protocol } = parseStreamUrl(source.url);
    const transport = protocol === 'rtsp:' ? ['-rtsp_transport', 'tcp'] : [];
    const guarded = [...GUARDED_LIMITS, '-protocol_whitelist', STREAM_PROTOCOLS, ...transport];
    return [...QUIET, ...PROMPT, ...guarded, '-i', source.url, ...pictureAsItComes(shape)];
  }
  const info = await probe(source.path, { tools });
  if (info.kind === 'audio-only')
    throw new MediaError('no-picture', `${source.path} holds sound only. Choose a file with a video track.`);
  if (info.hdr !== null) await requireToneMapping(tools, source.path);
  return [
    ...[...QUIET, '-re', ...GUARDED_INPUT, '-i', inputUrl(source.path), '-map', '0:V:0', '-an', '-sn', '-dn'],
    ...['-vf', videoFilter(info, shape.size, 'cover', shape.fps), ...OUTPUT],
  ];
}

/** @throws MediaError `not-media` */
export function parseStreamUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && STREAM_PROTOCOLS.split(',').includes(url.protocol.slice(0, -1))) return url;
  throw new MediaError(
    'not-media',
    `This is no address of a stream. Addresses begin with ${STREAM_PROTOCOLS}.`,
  );
}

function cameraFormat(platform: NodeJS.Platform, { size, fps }: CaptureShape): readonly string[] {
  const format = platform === 'linux' ? 'v4l2' : platform === 'darwin' ? 'avfoundation' : 'dshow';
  return [
    ...['-f', format, '-framerate', `${String(fps.num)}/${String(fps.den)}`],
    ...['-video_size', `${String(size.width)}x${String(size.height)}`],
    ...(platform === 'win32' ? ['-rtbufsize', '64M'] : []),
  ];
}

function cameraName(platform: NodeJS.Platform, device: string): string {
  if (platform === 'linux') return device;
  return platform === 'darwin' ? `${device}:none` : `video=${device}`;
}

/** Every picture as soon as it is there; its size and colours are ours, its time is when it arrives. */
function pictureAsItComes({ size: { width, height } }: CaptureShape): readonly string[] {
  const [w, h] = [String(width), String(height)];
  const colours = 'flags=bicubic:out_color_matrix=bt709:out_range=tv';
  const fill = `scale=${w}:${h}:force_original_aspect_ratio=increase:force_divisible_by=2:${colours}`;
  return [
    ...['-an', '-sn', '-dn', '-vf', `${fill},crop=${w}:${h},setsar=1,format=yuv420p`],
    ...['-fps_mode', 'passthrough', ...OUTPUT],
  ];
}
