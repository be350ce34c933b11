import { MediaError } from './errors.js';
import type { MediaInfo, MediaLimits } from './types.js';

/** What this adapter accepts unless the caller is stricter. */
export const DEFAULT_LIMITS: MediaLimits = {
  maxBytes: 16 * 2 ** 30,
  maxWidth: 8192,
  maxHeight: 8192,
  /** Below this no face can be seen, and codecs refuse odd corners. */
  minWidth: 16,
  minHeight: 16,
  maxDurationSeconds: 24 * 3600,
};

/** Refuses a picture or clip outside the limits before anything is decoded. */
export function checkLimits(file: string, info: MediaInfo, limits: MediaLimits): void {
  const size = `${info.width}×${info.height}`;
  if (info.width > limits.maxWidth || info.height > limits.maxHeight) {
    throw new MediaError(
      'picture-too-large',
      `${file} is ${size}; the largest picture accepted is ${limits.maxWidth}×${limits.maxHeight}. Scale it down first.`,
    );
  }
  if (info.width < limits.minWidth || info.height < limits.minHeight) {
    throw new MediaError(
      'picture-too-small',
      `${file} is ${size}; at least ${limits.minWidth}×${limits.minHeight} is needed. Use a larger recording.`,
    );
  }
  if (info.durationSeconds !== null) checkDuration(file, info.durationSeconds, limits);
}

export function checkDuration(file: string, seconds: number, limits: MediaLimits): void {
  if (seconds <= limits.maxDurationSeconds) return;
  throw new MediaError(
    'too-long',
    `${file} lasts ${Math.round(seconds)} s; at most ${limits.maxDurationSeconds} s are accepted. Cut it first.`,
  );
}
