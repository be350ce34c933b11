import { surveyMedia, type SampledPicture } from '@guise/media';
import type { Material } from './analyse-media.js';
import type { Task } from './media-analyst.js';
import type { TimedFrame } from './settle-epoch.js';

export const MAX_MEDIA_BYTES = 2 * 2 ** 30;
/** Bounds of one submission. */
const LIMITS = {
  maxBytes: MAX_MEDIA_BYTES,
  maxWidth: 7680,
  maxHeight: 4320,
  // Smaller pictures hold no mark that could be read.
  minWidth: 32,
  minHeight: 32,
  maxDurationSeconds: 12 * 3600,
};
/** Read as a whole; a proof holds no more seconds of a session. */
const MAX_WHOLE_SECONDS = 2 * 3600;
export const LIMITS_ADVICE = 'Send at most 12 hours (2 to be read as a whole), 2 GiB and 7680×4320 pixels.';

/** A submitted file as what is read of it. @throws MediaError */
export async function openMaterial({
  path,
  seed,
  whole,
}: Task): Promise<Material & { materialSeconds: number | null }> {
  const limits = whole ? { ...LIMITS, maxDurationSeconds: MAX_WHOLE_SECONDS } : LIMITS;
  const { materialSeconds, open } = await surveyMedia(path, { limits, seed, whole });
  return { materialSeconds, open: () => timed(open()) };
}

async function* timed(pictures: AsyncIterable<SampledPicture>): AsyncGenerator<TimedFrame> {
  for await (const { frame, timestampMs } of pictures) {
    const { data, width, height } = frame;
    yield { luma: data.subarray(0, width * height), width, height, stride: width, timestampMs };
  }
}
