import type { Detection, EpochSection } from 'invisible-watermark-ts';
import { readFrames, type Block, type BlockSecond } from './blocks.js';
import type { MarkedSecond, TimedFrame } from './settle-epoch.js';

/** A section longer than a second, by this factor of its pictures, joins seconds that were cut together: it says nothing. */
const MAX_SECTION = 1.25;

/** A second as the block around it reads it; null when the block shows no mark. */
export function markedByBlock(
  block: Block,
  { payload, geometry, confidenceLog10, epochs }: Detection,
  { frames, read }: BlockSecond,
): MarkedSecond | null {
  if (payload === null || geometry === null) return null;
  const { session } = payload;
  const sections = overlapping(epochs, block, read);
  return { session, confidenceLog10, geometry, sections, frames, read };
}

/** The section with most frames: the epoch that most of the second belongs to. */
export function mainSection(sections: readonly EpochSection[]): readonly EpochSection[] {
  return sections.toSorted((a, b) => b.frameCount - a.frameCount).slice(0, 1);
}

/** The block's sections for this second, when the block is of the same session. */
export function sameSession(
  alone: Detection,
  whole: Detection | null,
  block: Block,
  { read }: BlockSecond,
): readonly EpochSection[] {
  return whole !== null && whole.payload?.session === alone.payload?.session
    ? overlapping(whole.epochs, block, read)
    : [];
}

/** The section of a block that shares most frames with a second. */
function overlapping(
  sections: readonly EpochSection[],
  block: Block,
  frames: readonly TimedFrame[],
): readonly EpochSection[] {
  const shared = (section: EpochSection): number => sharedFrames(section, block, frames);
  return sections
    .filter((section) => shared(section) > 0 && section.frameCount <= MAX_SECTION * frames.length)
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, 1);
}

/** How many of a second's pictures lie in a section of the block around it. */
export function sharedFrames(
  { firstFrame, frameCount }: EpochSection,
  block: Block,
  frames: readonly TimedFrame[],
): number {
  const from = readFrames(block).findIndex((frame) => frame === frames[0]);
  return Math.min(firstFrame + frameCount, from + frames.length) - Math.max(firstFrame, from);
}
