import { spawn } from 'node:child_process';

import { i420Bytes, type I420Frame } from '@guise/frame';

export interface ClipFrame {
  readonly frame: I420Frame;
  readonly timestampMs: number;
}

export interface ClipOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly startSeconds?: number;
  readonly seconds?: number;
}

/** Frames of a recording through the ffmpeg program. */
export async function* readClip(file: string, options: ClipOptions): AsyncGenerator<ClipFrame> {
  const { width, height, fps, startSeconds = 0, seconds } = options;
  const limit = seconds === undefined ? [] : ['-t', String(seconds)];
  const filter = `fps=${fps},scale=${width}:${height}:out_color_matrix=bt709:out_range=tv`;
  const input = ['-nostdin', '-v', 'error', '-ss', String(startSeconds), ...limit, '-i', file];
  const output = ['-vf', filter, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'];
  const child = spawn(process.env.GUISE_FFMPEG ?? 'ffmpeg', [...input, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const size = i420Bytes(width, height);
  let data = new Uint8Array(size);
  let filled = 0;
  let index = 0;
  for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - filled);
      data.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield { frame: { width, height, data }, timestampMs: (index++ * 1000) / fps };
      data = new Uint8Array(size);
      filled = 0;
    }
  }
}
