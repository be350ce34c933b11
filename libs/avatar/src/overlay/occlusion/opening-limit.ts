import type { Opening } from './open-mask.js';

/** Share of the avatar's face that may be taken away for an object before it. */
export const MAX_OPENED = 0.35;
/** When both eyes lie behind an object further than this, nothing is left to be taken for the avatar. */
const MAX_EYES = 0.5;

/**
 * The bound on every fault of what finds objects: whatever it answers, no more than this part of the wearer's face can
 * show. Beyond it the picture is not drawn.
 */
export function isOpenTooFar({ face, eyes }: Opening): boolean {
  return !(face <= MAX_OPENED) || !(eyes <= MAX_EYES);
}
