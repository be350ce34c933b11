import type { I420Frame } from '@guise/frame';
import { decodeVideo, MediaError, probe, type PictureSize } from '@guise/media';
import { chooseFit } from './pipeline/work-size.js';

/**
 * Frames of a recording at these seconds, in order, up to its end; with a size, framed as `guise process` frames them. Each is
 * sought by itself: the length of the recording does not matter.
 */
export async function framesAt(
  file: string,
  seconds: readonly number[],
  size?: PictureSize,
): Promise<readonly I420Frame[]> {
  const framing = size === undefined ? {} : { size, fit: chooseFit(await probe(file), size) };
  const found: I420Frame[] = [];
  for (const startSeconds of [...seconds].sort((a, b) => a - b)) {
    const frame = await frameAt(file, { ...framing, startSeconds, maxFrames: 1, damage: 'conceal' });
    if (frame === null) break;
    found.push(frame);
  }
  return found;
}

/** Null after the end. */
async function frameAt(file: string, options: Parameters<typeof decodeVideo>[1]): Promise<I420Frame | null> {
  try {
    for await (const { frame } of await decodeVideo(file, options)) return frame;
    return null;
  } catch (error) {
    if (error instanceof MediaError && error.code === 'damaged') return null;
    throw error;
  }
}
