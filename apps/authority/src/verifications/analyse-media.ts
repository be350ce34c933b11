import {
  createDetector,
  EPOCH_TAG_MIN_Z,
  type Detection,
  type Detector,
  type Geometry,
} from 'invisible-watermark-ts';
import { mainSection, markedByBlock, sameSession, sharedFrames } from './block-seconds.js';
import { groupBy } from './group-by.js';
import type { EvidenceLookup, SecondReading } from './media-analyst.js';
import {
  knowSession,
  settleEpoch,
  type KnownSession,
  type MarkedSecond,
  type SettledEpoch,
  type TimedFrame,
} from './settle-epoch.js';

/** Seconds that are read together, or pictures where they lie seconds apart: enough to decode what is too weak in one. */
const BLOCK_SECONDS = 3;
/** A last block from its first picture to its last shorter than this is read with the block before it. */
const SHORT_BLOCK_MS = 740;
/** Pictures kept of a block for the search that comes when nothing was found: enough to find a geometry. */
const KEPT_FRAMES = 6;
/** Blocks that are searched thoroughly then; a whole search of one takes seconds. */
const SEARCHED_BLOCKS = 2;
/** Whole searches for a picture that went away while the material ran: the layout of a meeting changes. */
const MAX_LATER_SEARCHES = 6;
/** Comparisons with all the evidence of a session: seconds each where a session is hours long. */
const MAX_WHOLE_COMPARISONS = 8;
/** Share of a second's pictures that must lie in a section for the section's tag to speak for the second. */
const MIN_SHARE = 0.75;
/** A pilot this clear at the geometry of the block around it: this second is marked, though too weak to decode alone. */
const PILOT_MIN_Z = 5;

/** The pictures of some material. */
export interface Material {
  /** Gives the pictures in order; called once or twice. */
  open(): AsyncIterable<TimedFrame>;
  /** How far single pictures lie apart; 1 where each second has several. */
  readonly spacingSeconds: number;
}

/**
 * Reads every second that the material shows pictures of: session, epoch, epoch tag under the disclosed key, and distance of the rectified
 * pictures to the evidence. First as the material lies (rescaled, squeezed, mirrored); only when that shows no mark at
 * all, for crops and other geometries, and then once more from the beginning.
 * @param key the organisation's marking key, 32 bytes
 */
export async function analyseMedia(
  material: Material,
  key: Uint8Array,
  lookup: EvidenceLookup,
): Promise<SecondReading[]> {
  const detector = createDetector({ key });
  const plain = await analyseFrom(material, new Analysis(detector, lookup, null));
  if (plain.readings.some(({ session }) => session !== null)) return plain.readings;
  const geometry = searchGeometry(detector, plain.samples);
  if (geometry === null) return plain.readings;
  return (await analyseFrom(material, new Analysis(detector, lookup, geometry))).readings;
}

async function analyseFrom(material: Material, analysis: Analysis): Promise<Analysis> {
  const blockMs = 1000 * BLOCK_SECONDS * material.spacingSeconds;
  const blockOf = ({ timestampMs }: TimedFrame): number => Math.floor(timestampMs / blockMs);
  let complete: TimedFrame[] = [];
  let block: TimedFrame[] = [];
  for await (const frame of material.open()) {
    const [first] = block;
    if (first !== undefined && blockOf(frame) !== blockOf(first)) {
      if (complete.length > 0) await analysis.readBlock(complete);
      [complete, block] = [block, []];
    }
    block.push(frame);
  }
  // The pictures of a broken last second may be too few to read alone; with the block before them they are not.
  const rest = lengthMs(block) < SHORT_BLOCK_MS ? [[...complete, ...block]] : [complete, block];
  for (const last of rest) if (last.length > 0) await analysis.readBlock(last);
  return analysis;
}

const lengthMs = (block: readonly TimedFrame[]): number =>
  (block.at(-1)?.timestampMs ?? 0) - (block[0]?.timestampMs ?? 0);

/** The whole search, on the middle of the material and on its beginning. */
function searchGeometry(detector: Detector, samples: readonly (readonly TimedFrame[])[]): Geometry | null {
  const middle = Math.floor(samples.length / 2);
  const order = [...new Set([middle, 0])].slice(0, SEARCHED_BLOCKS);
  for (const index of order) {
    const { geometry } = detector.detect(samples[index] ?? [], { search: 'scaled' });
    if (geometry !== null) return geometry;
  }
  return null;
}

const secondOf = ({ timestampMs }: TimedFrame): number => Math.floor(timestampMs / 1000);

class Analysis {
  readonly readings: SecondReading[] = [];
  /** A few pictures of every block whose number is a power of two, so that long material costs no more memory. */
  readonly samples: (readonly TimedFrame[])[] = [];
  private readonly sessions = new Map<number, KnownSession | null>();
  private blocks = 0;
  /** The session that was read last, and where in it the material was then. */
  private latest: {
    readonly session: number;
    readonly second: number;
    readonly epoch: number | null;
  } | null = null;
  private laterSearches = 0;
  private wholeComparisons = 0;
  private lost = false;

  constructor(
    private readonly detector: Detector,
    private readonly lookup: EvidenceLookup,
    private geometry: Geometry | null,
  ) {}

  async readBlock(block: readonly TimedFrame[]): Promise<void> {
    this.keepSample(block);
    const whole = this.detectBlock(block);
    this.geometry = whole.geometry ?? this.geometry;
    for (const [second, frames] of groupBy(block, secondOf)) {
      const marked = (await this.readTagged(block, whole, frames)) ?? this.readSecond(block, whole, frames);
      this.readings.push(
        marked === null
          ? unmarked(second, await this.trace(second, frames))
          : await this.compare(second, marked),
      );
    }
  }

  /** Where the picture was last, or as the material lies; once after it went away also everywhere else. */
  private detectBlock(block: readonly TimedFrame[]): Detection {
    const near = this.detector.detect(block, { hint: this.geometry, search: 'aligned' });
    const search =
      !near.found && !this.lost && this.latest !== null && this.laterSearches < MAX_LATER_SEARCHES;
    const whole = search ? this.detector.detect(block) : near;
    if (search) this.laterSearches += 1;
    this.lost = !whole.found;
    return whole;
  }

  private keepSample(block: readonly TimedFrame[]): void {
    if (Number.isInteger(Math.log2(Math.max(1, this.blocks)))) {
      const step = Math.ceil(block.length / KEPT_FRAMES);
      this.samples.push(block.filter((_, i) => i % step === 0));
    }
    this.blocks += 1;
  }

  /** The short way: the block is marked, and the disclosed key proves the tag in this second's part of it. */
  private async readTagged(
    block: readonly TimedFrame[],
    whole: Detection,
    frames: readonly TimedFrame[],
  ): Promise<MarkedSecond | null> {
    const marked = markedByBlock(block, whole, frames);
    const known = marked === null ? null : await this.session(marked.session);
    const [section] = marked?.sections ?? [];
    if (known === null || section === undefined) return null;
    // A tag may come from the second beside this one when the section lies across both.
    if (sharedFrames(section, block, frames) < MIN_SHARE * frames.length) return null;
    const keys = (known.byHint.get(section.epochHint) ?? []).flatMap(
      ({ epoch }) => known.keys.keyOf(epoch) ?? [],
    );
    const proved = keys.some(
      (epochKey) => this.detector.verifyEpochSection(section, epochKey).z >= EPOCH_TAG_MIN_Z,
    );
    return proved ? marked : null;
  }

  /** Joins what the second says alone and what the block around it says. */
  private readSecond(
    block: readonly TimedFrame[],
    whole: Detection,
    frames: readonly TimedFrame[],
  ): MarkedSecond | null {
    if (this.geometry === null) return null;
    const alone = this.detector.detect(frames, { hint: this.geometry, search: 'aligned' });
    if (alone.payload !== null && alone.geometry !== null) {
      const sections = [...mainSection(alone.epochs), ...sameSession(alone, whole, block, frames)];
      const { session } = alone.payload;
      return { session, confidenceLog10: alone.confidenceLog10, geometry: alone.geometry, sections, frames };
    }
    return alone.statistics.pilotZ < PILOT_MIN_Z ? null : markedByBlock(block, whole, frames);
  }

  private async compare(second: number, marked: MarkedSecond): Promise<SecondReading> {
    const { session, confidenceLog10 } = marked;
    const known = await this.session(session);
    const claimed = marked.sections[0]?.epochHint ?? null;
    const near = this.expectedEpoch(session, second);
    const best = known === null ? null : this.settle(known, marked, near);
    this.latest = { session, second, epoch: best?.epoch ?? near };
    // No evidence near the claimed epoch: the claim itself is the answer, and the verdict will say that it is bare.
    const { tagZ, ...settled } = best ?? { epoch: claimed, tagZ: null, pictures: [] };
    return { second, session, confidenceLog10, epochTagZ: tagZ, ...settled, trace: null };
  }

  /** Where the material should be, else (it was cut) anywhere in the session; the latter takes long and is made a few times. */
  private settle(known: KnownSession, marked: MarkedSecond, near: number | null): SettledEpoch | null {
    const saysWhen = marked.sections.length > 0;
    const best = saysWhen || near !== null ? settleEpoch(this.detector, known, marked, near) : null;
    if (best !== null || saysWhen || this.wholeComparisons >= MAX_WHOLE_COMPARISONS) return best;
    this.wholeComparisons += 1;
    return settleEpoch(this.detector, known, marked, null);
  }

  /** What a second without a readable mark shows of the session read last. */
  private async trace(second: number, frames: readonly TimedFrame[]): Promise<SecondReading['trace']> {
    if (this.geometry === null || this.latest === null) return null;
    const { session } = this.latest;
    const known = await this.session(session);
    const near = this.expectedEpoch(session, second);
    if (known === null || near === null) return null;
    const { geometry } = this;
    const weak = { session, confidenceLog10: null, geometry, sections: [], frames };
    const best = settleEpoch(this.detector, known, weak, near);
    return best === null ? null : { session, epoch: best.epoch, pictures: best.pictures };
  }

  /** The epoch that a second would show if the material ran on from the second read last. */
  private expectedEpoch(session: number, second: number): number | null {
    const { latest } = this;
    if (latest?.session !== session || latest.epoch === null) return null;
    return latest.epoch + second - latest.second;
  }

  private async session(number: number): Promise<KnownSession | null> {
    const cached = this.sessions.get(number);
    if (cached !== undefined) return cached;
    const evidence = await this.lookup(number);
    const known = evidence === null ? null : knowSession(evidence);
    this.sessions.set(number, known);
    return known;
  }
}

const unmarked = (second: number, trace: SecondReading['trace']): SecondReading => ({
  second,
  session: null,
  confidenceLog10: null,
  epoch: null,
  epochTagZ: null,
  pictures: [],
  trace,
});
