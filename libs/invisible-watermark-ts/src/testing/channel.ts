import type { TimedLumaFrame } from '../detector-stream.js';
import { asFrame } from './marked-scene.js';

// What a meeting does to a clip. The tests that use it hand in ffmpeg (with libx264): nothing here may start a process.

/** Runs ffmpeg with these arguments and this standard input, and returns its standard output. */
export type RunFfmpeg = (args: readonly string[], input: Uint8Array) => Uint8Array;

/** One pass through a codec. */
export interface Channel {
  /** ffmpeg filter before encoding. */
  readonly filter?: string;
  /** ffmpeg encoder options. */
  readonly codec: readonly string[];
  /** Size of the received frames. */
  readonly width: number;
  readonly height: number;
}

export const realTime = (kbps: number): string[] =>
  `-c:v libx264 -preset veryfast -tune zerolatency -b:v ${kbps}k -maxrate ${kbps}k -bufsize ${kbps}k -g 3000`.split(
    ' ',
  );
export const quality = (crf: number): string[] => `-c:v libx264 -preset veryfast -crf ${crf}`.split(' ');

/** Filters, encodes and decodes a clip of 30 frames a second. */
export function sendThrough(
  runFfmpeg: RunFfmpeg,
  clip: readonly TimedLumaFrame[],
  { filter, codec, width, height }: Channel,
): TimedLumaFrame[] {
  const [first] = clip;
  if (first === undefined) return [];
  const source = `-f rawvideo -pix_fmt yuv420p -s ${first.width}x${first.height} -r 30 -i -`.split(' ');
  const sent = runFfmpeg(
    [...source, ...(filter ? ['-vf', filter] : []), ...codec, '-f', 'matroska', '-'],
    rawVideo(clip),
  );
  return framesOf(runFfmpeg('-i - -f rawvideo -pix_fmt gray -'.split(' '), sent), width, height);
}

/** Cuts grey raw video into frames. */
export function framesOf(raw: Uint8Array, width: number, height: number): TimedLumaFrame[] {
  const size = width * height;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) =>
    asFrame(Uint8Array.from(raw.subarray(i * size, (i + 1) * size)), width, height, i),
  );
}

/** I420 without colour. */
function rawVideo(clip: readonly TimedLumaFrame[]): Uint8Array {
  const lumaBytes = clip.reduce((sum, { luma }) => sum + luma.length, 0);
  const out = new Uint8Array((lumaBytes * 3) / 2).fill(128);
  let at = 0;
  for (const { luma } of clip) {
    out.set(luma, at);
    at += (luma.length * 3) / 2;
  }
  return out;
}
