import { EPOCH_TAG_MIN_Z, type Detector } from 'invisible-watermark-ts';
import { mainSection, markedByBlock, sameSession, sharedFrames } from './block-seconds.js';
import { readFrames, type Block, type BlockSecond } from './blocks.js';
import { isSamePlace, type PictureFinder, type Place } from './find-pictures.js';
import type { KnownSession, MarkedSecond } from './settle-epoch.js';

/** Share of a second's pictures that must lie in a section for the section's tag to speak for the second. */
const MIN_SHARE = 0.75;

/** The evidence of a session by the number in a mark; null when there is none. */
export type Sessions = (session: number) => Promise<KnownSession | null>;

/** Reads which marked pictures each second of a block shows. */
export class MarkReader {
  constructor(
    private readonly detector: Detector,
    private readonly finder: PictureFinder,
    private readonly sessions: Sessions,
  ) {}

  /** The marked pictures of each second in turn, the clearest first. */
  async *read(block: Block): AsyncGenerator<{ second: BlockSecond; marks: readonly MarkedSecond[] }> {
    const places = this.finder.find(readFrames(block));
    for (const second of block) yield { second, marks: await this.readSecond(block, places, second) };
  }

  private async readSecond(
    block: Block,
    places: readonly Place[],
    second: BlockSecond,
  ): Promise<MarkedSecond[]> {
    const tagged = new Map<Place, MarkedSecond>();
    for (const place of places) {
      const marked = await this.readTagged(block, place, second);
      if (marked !== null) tagged.set(place, marked);
    }
    const others = places.filter((place) => !tagged.has(place));
    return [...tagged.values(), ...(others.length === 0 ? [] : this.readOthers(block, others, second))];
  }

  /** The short way: the block is marked, and the disclosed key proves the tag in this second's part of it. */
  private async readTagged(
    block: Block,
    { detection }: Place,
    second: BlockSecond,
  ): Promise<MarkedSecond | null> {
    const marked = detection === null ? null : markedByBlock(block, detection, second);
    const known = marked === null ? null : await this.sessions(marked.session);
    const [section] = marked?.sections ?? [];
    if (known === null || section === undefined) return null;
    // A tag may come from the second beside this one when the section lies across both.
    if (sharedFrames(section, block, second.read) < MIN_SHARE * second.read.length) return null;
    const keys = (known.byHint.get(section.epochHint) ?? []).flatMap(
      ({ epoch }) => known.keys.keyOf(epoch) ?? [],
    );
    const proved = keys.some(
      (epochKey) => this.detector.verifyEpochSection(section, epochKey).z >= EPOCH_TAG_MIN_Z,
    );
    return proved ? marked : null;
  }

  /** Joins what the second says alone and what the block around it says of each place. */
  private readOthers(block: Block, places: readonly Place[], second: BlockSecond): MarkedSecond[] {
    const geometries = places.map(({ geometry }) => geometry);
    const alone = this.finder.findIn(second.read, geometries);
    const read = alone.flatMap(({ geometry, detection }): MarkedSecond[] => {
      if (!detection?.payload) return [];
      const place = places.find((other) => isSamePlace(other.geometry, geometry));
      const around = place?.detection ?? null;
      const sections = [...mainSection(detection.epochs), ...sameSession(detection, around, block, second)];
      const { confidenceLog10, payload } = detection;
      return [{ session: payload.session, confidenceLog10, geometry, sections, ...second }];
    });
    const missed = places.filter((place) => !read.some((one) => isSamePlace(one.geometry, place.geometry)));
    return [...read, ...missed.flatMap((place) => this.readWeak(block, place, second) ?? [])];
  }

  /** Too weak to decode alone: of the block's session only when that session's own codeword is in the second itself. */
  private readWeak(block: Block, { geometry, detection }: Place, second: BlockSecond): MarkedSecond | null {
    const session = detection?.payload?.session;
    if (detection === null || session === undefined) return null;
    const { z } = this.detector.verifySession(second.read, geometry, session);
    return z < EPOCH_TAG_MIN_Z ? null : markedByBlock(block, detection, second);
  }
}
