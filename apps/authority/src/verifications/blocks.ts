import { groupBy } from './group-by.js';
import type { TimedFrame } from './settle-epoch.js';

/** Seconds that are read together, one after another or far apart as they were sampled: enough to decode what is too weak in one. */
const BLOCK_SECONDS = 3;
/** A last block from its first picture to its last shorter than this is read with the block before it. */
const SHORT_BLOCK_MS = 740;
/** Pictures closer together than this add nothing to what a mark says; they are compared only. */
const READ_INTERVAL_MS = 95;

/** The pictures of one second. */
export interface BlockSecond {
  readonly second: number;
  /** All of them: each is compared with the evidence. */
  readonly frames: readonly TimedFrame[];
  /** Those that the mark is read from. */
  readonly read: readonly TimedFrame[];
}

/** A few seconds that are read together. */
export type Block = readonly BlockSecond[];

export const readFrames = (block: Block): readonly TimedFrame[] => block.flatMap(({ read }) => read);

const secondOf = ({ timestampMs }: TimedFrame): number => Math.floor(timestampMs / 1000);

/** The pictures of some material in blocks. */
export async function* blocksOf(pictures: AsyncIterable<TimedFrame>): AsyncGenerator<Block> {
  let complete: TimedFrame[] = [];
  let block: TimedFrame[] = [];
  for await (const frame of pictures) {
    const seconds = new Set(block.map(secondOf));
    if (!seconds.has(secondOf(frame)) && seconds.size === BLOCK_SECONDS) {
      if (complete.length > 0) yield toBlock(complete);
      [complete, block] = [block, []];
    }
    block.push(frame);
  }
  // The pictures of a broken last second may be too few to read alone; with the block before them they are not.
  const rest = lengthMs(block) < SHORT_BLOCK_MS ? [[...complete, ...block]] : [complete, block];
  for (const last of rest) if (last.length > 0) yield toBlock(last);
}

const lengthMs = (block: readonly TimedFrame[]): number =>
  (block.at(-1)?.timestampMs ?? 0) - (block[0]?.timestampMs ?? 0);

function toBlock(frames: readonly TimedFrame[]): Block {
  return [...groupBy(frames, secondOf)].map(([second, members]) => ({
    ...{ second, frames: members, read: thin(members) },
  }));
}

function thin(frames: readonly TimedFrame[]): TimedFrame[] {
  const kept: TimedFrame[] = [];
  for (const frame of frames) {
    const last = kept.at(-1);
    if (last === undefined || frame.timestampMs - last.timestampMs >= READ_INTERVAL_MS) kept.push(frame);
  }
  return kept;
}
