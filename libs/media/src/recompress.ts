import { decodeVideo } from './decode.js';
import { encodeVideo } from './encode.js';
import type { FfmpegTools, PictureSize, VideoCodec } from './types.js';

export interface RecompressOptions extends PictureSize {
  readonly kbps: number;
  readonly codec?: VideoCodec;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** Does to a recording what a meeting platform does: rescales it and squeezes it into a bitrate. Sound is dropped. */
export async function recompress(input: string, out: string, options: RecompressOptions): Promise<void> {
  const { width, height, kbps, codec = 'h264', ...common } = options;
  const video = await decodeVideo(input, { size: { width, height }, fit: 'contain', ...common });
  const encoder = await encodeVideo(out, { width, height, fps: video.fps, kbps, codec, ...common });
  try {
    for await (const { frame } of video) await encoder.write(frame);
    await encoder.finish();
  } catch (error) {
    await encoder.abort();
    throw error;
  }
}
