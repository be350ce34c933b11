import { matchPicture, matchScene, sceneDistance, type PictureMatch } from '@guise/verification';
import type { FingerprintReader } from 'invisible-watermark-ts';

/** The closest pair of a received picture and a recorded one, by the scene: tells seconds apart, vouches for none. */
export function closestPair(
  readers: readonly FingerprintReader[],
  recorded: readonly Uint8Array[],
): PictureMatch | null {
  const [closest] = readers
    .flatMap((reader) => matchScene(reader, recorded) ?? [])
    .sort((a, b) => sceneDistance(a) - sceneDistance(b));
  return closest ?? null;
}

/** Every received picture with the recorded one nearest to it, so that none vouches for another. */
export function matchEach(
  readers: readonly FingerprintReader[],
  recorded: readonly Uint8Array[],
): PictureMatch[] {
  return readers.flatMap((reader) => matchPicture(reader, recorded) ?? []);
}
