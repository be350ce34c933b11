import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locateFfmpeg, type PictureSize } from '@guise/media';
import { CACHE, SAMPLE_RECORDING } from './material.js';

/** The sample recording is played to about here, and then back: no cut, and so no jump of the face. */
const TURN_SECONDS = 50;
/** Nearly lossless, and quick to decode: the camera's picture, not the work of getting at it. */
const CODEC = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', '-pix_fmt', 'yuv420p', '-an'];

/**
 * A recording as a camera of this size would make it: the sample, enlarged, the sides cut as meeting clients do, forwards and then
 * backwards. Made once and kept in the cache; what is measured decodes it and nothing else.
 * @param seconds at most twice 50
 */
export async function cameraRecording({ width, height }: PictureSize, seconds: number): Promise<string> {
  const folder = join(CACHE, 'bench');
  const file = join(folder, `camera-${String(width)}x${String(height)}-${String(seconds)}s.mp4`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const part = `${file}.part`;
  const { ffmpeg } = await locateFfmpeg();
  const back = Math.max(0, seconds - TURN_SECONDS);
  const size = `${String(width)}:${String(height)}`;
  const colours = 'flags=bicubic:in_color_matrix=smpte170m:out_color_matrix=bt709:out_range=tv';
  const enlarge = `scale=${size}:force_original_aspect_ratio=increase:${colours},crop=${size},setsar=1`;
  const tail = `trim=${String(TURN_SECONDS - back)}:${String(TURN_SECONDS)},reverse,setpts=PTS-STARTPTS`;
  const there = `trim=0:${String(Math.min(seconds, TURN_SECONDS))}`;
  const graph =
    back === 0
      ? `[0:V]${there},${enlarge}[out]`
      : `[0:V]split[a][b];[a]${there}[there];[b]${tail}[back];[there][back]concat,${enlarge}[out]`;
  const tags = [
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-colorspace',
    'bt709',
    '-color_range',
    'tv',
  ];
  try {
    await promisify(execFile)(ffmpeg, [
      ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-i', SAMPLE_RECORDING],
      ...['-filter_complex', graph, '-map', '[out]', ...CODEC, ...tags, '-f', 'mp4', part],
    ]);
    await rename(part, file);
    return file;
  } finally {
    await rm(part, { force: true });
  }
}
