import type { I420Frame } from '@guise/frame';
import { decodeVideo, probe, type PictureSize } from '@guise/media';
import { chooseFit } from './pipeline/work-size.js';

/** Frames of a recording at these seconds, as copies; with a size, framed as `guise process` frames them. */
export async function framesAt(
  file: string,
  seconds: readonly number[],
  size?: PictureSize,
): Promise<readonly I420Frame[]> {
  const wanted = [...seconds].sort((a, b) => a - b);
  const found: I420Frame[] = [];
  const framing = size === undefined ? {} : { size, fit: chooseFit(await probe(file), size) };
  for await (const { frame, timestampMs } of await decodeVideo(file, framing)) {
    while (found.length < wanted.length && timestampMs >= (wanted[found.length] ?? 0) * 1000) {
      found.push({ ...frame, data: frame.data.slice() });
    }
    if (found.length === wanted.length) break;
  }
  return found;
}
