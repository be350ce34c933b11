import { regionOf, shareOf, USUAL_SHAPE, type MarkObservation } from '@guise/verification';
import { createDetector, type Detector, type Geometry, type Outline } from 'invisible-watermark-ts';
import { blocksOf, type Block, type BlockSecond } from './blocks.js';
import { PictureFinder, searchGeometries } from './find-pictures.js';
import type { EvidenceLookup, SecondReading } from './media-analyst.js';
import { MarkReader } from './read-marks.js';
import {
  knowSession,
  settleEpoch,
  type KnownSession,
  type MarkedSecond,
  type SettledEpoch,
  type TimedFrame,
} from './settle-epoch.js';

/** Comparisons with all the evidence of a session: seconds each where a session is hours long. */
const MAX_WHOLE_COMPARISONS = 8;

/** The pictures of some material. */
export interface Material {
  /** Gives the pictures in order; called once or twice. */
  open(): AsyncIterable<TimedFrame>;
}

/**
 * Reads every second that the material shows pictures of: its marked pictures, each with session, epoch, epoch tag under the
 * disclosed key, and distance of the rectified frames to the evidence. First as the material lies (rescaled, squeezed,
 * mirrored); only when that shows no mark at all, for crops, gallery views and other geometries, and then once more from
 * the beginning.
 * @param key the organisation's marking key, 32 bytes
 */
export async function analyseMedia(
  material: Material,
  key: Uint8Array,
  lookup: EvidenceLookup,
): Promise<SecondReading[]> {
  const detector = createDetector({ key });
  const sessions = rememberSessions(lookup);
  const plain = new Analysis(detector, sessions, []);
  const readings = await plain.readAll(material);
  if (readings.some(({ marks }) => marks.length > 0)) return readings;
  const geometries = searchGeometries(detector, plain.samples);
  if (geometries.length === 0) return readings;
  return new Analysis(detector, sessions, geometries).readAll(material);
}

/** Asks for the evidence of each session once. */
function rememberSessions(lookup: EvidenceLookup): (session: number) => Promise<KnownSession | null> {
  const known = new Map<number, Promise<KnownSession | null>>();
  const ask = async (session: number): Promise<KnownSession | null> => {
    const evidence = await lookup(session);
    return evidence === null ? null : knowSession(evidence);
  };
  return (session) => {
    const asked = known.get(session) ?? ask(session);
    known.set(session, asked);
    return asked;
  };
}

/** Where in a session the material was when a session was read last. */
interface LatestReading {
  readonly second: number;
  readonly epoch: number | null;
  readonly geometry: Geometry;
}

class Analysis {
  private readonly finder: PictureFinder;
  private readonly reader: MarkReader;
  private readonly latest = new Map<number, LatestReading>();
  /** The session that was read last. */
  private latestSession: number | null = null;
  private wholeComparisons = 0;

  constructor(
    private readonly detector: Detector,
    private readonly sessions: (session: number) => Promise<KnownSession | null>,
    geometries: readonly Geometry[],
  ) {
    this.finder = new PictureFinder(detector, geometries);
    this.reader = new MarkReader(detector, this.finder, sessions);
  }

  get samples(): readonly (readonly TimedFrame[])[] {
    return this.finder.samples;
  }

  async readAll(material: Material): Promise<SecondReading[]> {
    const readings: SecondReading[] = [];
    for await (const block of blocksOf(material.open())) readings.push(...(await this.readBlock(block)));
    return readings;
  }

  private async readBlock(block: Block): Promise<SecondReading[]> {
    const readings: SecondReading[] = [];
    for await (const { second, marks } of this.reader.read(block)) {
      readings.push(marks.length === 0 ? await this.readUnmarked(second) : await this.observe(second, marks));
    }
    return readings;
  }

  private async observe(second: BlockSecond, marked: readonly MarkedSecond[]): Promise<SecondReading> {
    const marks: MarkObservation[] = [];
    for (const one of marked) marks.push(await this.compare(second.second, one));
    const confidences = marked.flatMap(({ confidenceLog10 }) => confidenceLog10 ?? []);
    return {
      second: second.second,
      marks,
      share: leastShare(
        second,
        marks.map(({ region }) => region),
      ),
      trace: null,
      confidenceLog10: confidences.length === 0 ? null : Math.min(...confidences),
    };
  }

  private async compare(second: number, marked: MarkedSecond): Promise<MarkObservation> {
    const { session, geometry } = marked;
    const known = await this.sessions(session);
    const claimed = marked.sections[0]?.epochHint ?? null;
    const near = this.expectedEpoch(session, second);
    const best = known === null ? null : this.settle(known, marked, near);
    this.latest.set(session, { second, epoch: best?.epoch ?? near, geometry });
    this.latestSession = session;
    // No evidence near the claimed epoch: the claim itself is the answer, and the verdict will say that it is bare.
    const { tagZ, ...settled } = best ?? { epoch: claimed, tagZ: null, pictures: [] };
    return { session, epochTagZ: tagZ, ...settled, region: regionIn(known, geometry) };
  }

  /** Where the material should be, else (it was cut) anywhere in the session; the latter takes long and is made a few times. */
  private settle(known: KnownSession, marked: MarkedSecond, near: number | null): SettledEpoch | null {
    const saysWhen = marked.sections.length > 0;
    const best = saysWhen || near !== null ? settleEpoch(this.detector, known, marked, near) : null;
    if (best !== null || saysWhen || this.wholeComparisons >= MAX_WHOLE_COMPARISONS) return best;
    this.wholeComparisons += 1;
    return settleEpoch(this.detector, known, marked, null);
  }

  /** A second without a readable mark: what it shows of the session read last, where that was read. */
  private async readUnmarked({ second, frames, read }: BlockSecond): Promise<SecondReading> {
    const nothing = { second, marks: [], share: null, trace: null, confidenceLog10: null };
    const session = this.latestSession;
    const latest = session === null ? undefined : this.latest.get(session);
    if (session === null || latest === undefined) return nothing;
    const { geometry } = latest;
    const known = await this.sessions(session);
    const near = this.expectedEpoch(session, second);
    if (known === null || near === null) return nothing;
    const weak = { session, confidenceLog10: null, geometry, sections: [], frames, read };
    const best = settleEpoch(this.detector, known, weak, near);
    if (best === null) return nothing;
    const region = regionIn(known, geometry);
    return {
      ...nothing,
      share: leastShare({ frames }, [region]),
      trace: { session, epoch: best.epoch, pictures: best.pictures, region },
    };
  }

  /** The epoch that a second would show if the material ran on from the second read last. */
  private expectedEpoch(session: number, second: number): number | null {
    const latest = this.latest.get(session);
    if (latest === undefined || latest.epoch === null) return null;
    return latest.epoch + second - latest.second;
  }
}

const regionIn = (known: KnownSession | null, geometry: Geometry): Outline =>
  regionOf(geometry, known?.evidence.frame ?? USUAL_SHAPE);

/** Of the pictures of a second the one that shows most besides. */
const leastShare = ({ frames }: Pick<BlockSecond, 'frames'>, regions: readonly Outline[]): number =>
  Math.min(...frames.map((frame) => shareOf(frame, regions)));
