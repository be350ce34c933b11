import type { I420Frame } from '@guise/frame';
import { FINGERPRINTS_PER_EPOCH, WHOLE_FINGERPRINT_EVERY } from '@guise/protocol';
import { createSceneWatch } from './scene-watch.js';

/** A moving scene is fingerprinted wholly in one of so many parts at most. */
const MOTION_FINGERPRINT_EVERY = 2;

/**
 * Chooses what is fingerprinted: the first frame of each part of a second by its face, and wholly once in WHOLE_FINGERPRINT_EVERY parts
 * and whenever the scene has moved. So no received face is further than 16 ms from a recorded one, and no moving scene further than
 * 32 ms: neither a blink nor a quick turn looks like another picture.
 */
export class FingerprintPlan {
  #part = -1;
  #wholePart = -Infinity;
  readonly #scene = createSceneWatch();

  /**
   * What is to be kept of this frame; null when its part has one already. Takes frames in the order of time.
   * @param epochs media time in epochs, with its fraction
   */
  next(frame: I420Frame, epochs: number): 'whole' | 'face' | null {
    // Times are thirtieths and the like: a rounding error is not to lose a part.
    const part = Math.floor(epochs * FINGERPRINTS_PER_EPOCH + 1e-6);
    if (part <= this.#part) return null;
    this.#part = part;
    if (!this.#isWholeDue(part, frame)) return 'face';
    this.#wholePart = part;
    this.#scene.remember(frame);
    return 'whole';
  }

  #isWholeDue(part: number, frame: I420Frame): boolean {
    const inTurn =
      Math.floor(part / WHOLE_FINGERPRINT_EVERY) > Math.floor(this.#wholePart / WHOLE_FINGERPRINT_EVERY);
    return inTurn || (part - this.#wholePart >= MOTION_FINGERPRINT_EVERY && this.#scene.hasMoved(frame));
  }
}
