import {
  createFingerprintReader,
  EPOCH_HINT_MODULUS,
  EPOCH_TAG_MIN_Z,
  rectify,
  type Detector,
  type EpochSection,
  type FingerprintReader,
  type Geometry,
  type LumaFrame,
} from 'invisible-watermark-ts';
import { judgePicture, sceneDistance, type PictureMatch } from '@guise/verification';
import { closestPair, matchEach } from './compare-pictures.js';
import { discloseKeys, type DisclosedKeys } from './disclosed-keys.js';
import { groupBy } from './group-by.js';
import type { SessionEvidence } from './media-analyst.js';

/** A picture of the material with its media time. */
export interface TimedFrame extends LumaFrame {
  readonly timestampMs: number;
}

/** What was read in one second, before it is compared with the evidence. */
export interface MarkedSecond {
  readonly session: number;
  readonly confidenceLog10: number | null;
  readonly geometry: Geometry;
  /** Likeliest first. */
  readonly sections: readonly EpochSection[];
  /** All its pictures, and those that the mark was read from. */
  readonly frames: readonly TimedFrame[];
  readonly read: readonly TimedFrame[];
}

/** A session's evidence, ready to be compared with. */
export interface KnownSession {
  readonly evidence: SessionEvidence;
  readonly keys: DisclosedKeys;
  readonly byHint: ReadonlyMap<number, readonly SessionEvidence['epochs'][number][]>;
}

export function knowSession(evidence: SessionEvidence): KnownSession {
  const keys = discloseKeys(evidence.disclosed);
  return { evidence, keys, byHint: groupBy(evidence.epochs, ({ epoch }) => epoch % EPOCH_HINT_MODULUS) };
}

export interface Candidate {
  readonly epoch: number;
  /** It is the epoch that the mark's time layer names. */
  readonly hinted: boolean;
  readonly tagZ: number | null;
  /** The closest pair of a received picture and a recorded one: enough to tell seconds apart, not to vouch for one. */
  readonly match: PictureMatch | null;
}

/** An epoch with all the pictures that were received of it, each compared with the recorded one nearest to it. */
export interface SettledEpoch extends Pick<Candidate, 'epoch' | 'tagZ'> {
  readonly pictures: readonly PictureMatch[];
}

function readersOf(marked: MarkedSecond, evidence: SessionEvidence): FingerprintReader[] {
  return marked.frames.map((frame) =>
    createFingerprintReader(rectify(frame, marked.geometry, evidence.frame)),
  );
}

/**
 * The epoch that a marked second is from, with its tag and how its pictures compare; null without evidence for it.
 * @param near the epoch that it would be if the material ran on: where the mark does not say, only epochs around it are
 * compared. Null: all are, which takes long for long sessions
 */
export function settleEpoch(
  detector: Detector,
  known: KnownSession,
  marked: MarkedSecond,
  near: number | null,
): SettledEpoch | null {
  const readers = readersOf(marked, known.evidence);
  const best =
    marked.sections.length === 0
      ? mostAlike(detector, known, marked, readers, near)
      : mostCertain(detector, known, marked, readers);
  if (best === null) return null;
  const { epoch, tagZ } = best;
  return { epoch, tagZ, pictures: matchEach(readers, recordedAround(known, epoch)) };
}

/** A second of the file rarely begins where an epoch does: its pictures may be of the epochs beside it. */
function recordedAround({ evidence }: KnownSession, epoch: number): readonly Uint8Array[] {
  return evidence.epochs
    .filter((other) => Math.abs(other.epoch - epoch) <= 1)
    .flatMap(({ fingerprints }) => fingerprints);
}

/**
 * The epoch at the hint, or one beside it (it is a hint) when the tag under that epoch's key says so; while its key is
 * secret, when the evidence shows this very picture.
 */
function mostCertain(
  detector: Detector,
  known: KnownSession,
  marked: MarkedSecond,
  readers: readonly FingerprintReader[],
): Candidate | null {
  const candidates = marked.sections.flatMap((section) =>
    [0, -1, 1].flatMap((offset) => {
      const hint = (section.epochHint + offset + EPOCH_HINT_MODULUS) % EPOCH_HINT_MODULUS;
      return (known.byHint.get(hint) ?? []).map(({ epoch, fingerprints }): Candidate => {
        const epochKey = known.keys.keyOf(epoch);
        const tagZ = epochKey === null ? null : detector.verifyEpochSection(section, epochKey).z;
        return { epoch, hinted: offset === 0, tagZ, match: closestPair(readers, fingerprints) };
      });
    }),
  );
  const tagged = candidates.filter(({ tagZ }) => (tagZ ?? 0) >= EPOCH_TAG_MIN_Z);
  const alike = candidates.filter(
    ({ tagZ, match }) => tagZ === null && match !== null && judgePicture(match) === 'recorded',
  );
  return (
    tagged.sort((a, b) => (b.tagZ ?? 0) - (a.tagZ ?? 0))[0] ??
    candidates.find(({ hinted }) => hinted) ??
    alike.sort((a, b) => farnessOf(a.match) - farnessOf(b.match))[0] ??
    null
  );
}

/** A quarter of the tiles this near to a recorded picture: the second it was taken from, whatever was done to the rest. */
const ALIKE_MAX_QUARTILE = 3;

/** Epochs on either side of the expected one: more than clocks drift, few enough to compare each. */
const NEAR_EPOCHS = 20;

/** Without a readable hint (a single picture may be too little): the epoch whose evidence shows most of this picture. */
function mostAlike(
  detector: Detector,
  known: KnownSession,
  marked: MarkedSecond,
  readers: readonly FingerprintReader[],
  near: number | null,
): Candidate | null {
  const epochs = known.evidence.epochs.filter(
    ({ epoch }) => near === null || Math.abs(epoch - near) <= NEAR_EPOCHS,
  );
  const matches = epochs.map(({ epoch, fingerprints }) => ({
    epoch,
    match: closestPair(readers, fingerprints),
  }));
  const [best] = matches
    .filter(({ match }) => quartileOf(match) <= ALIKE_MAX_QUARTILE)
    .sort((a, b) => quartileOf(a.match) - quartileOf(b.match) || farnessOf(a.match) - farnessOf(b.match));
  if (best === undefined) return null;
  const epochKey = known.keys.keyOf(best.epoch);
  const tagZ = epochKey === null ? null : detector.verifyEpoch(marked.read, marked.geometry, epochKey).z;
  return { ...best, hinted: false, tagZ };
}

const farnessOf = (match: PictureMatch | null): number =>
  match === null ? Number.POSITIVE_INFINITY : sceneDistance(match);

function quartileOf(match: PictureMatch | null): number {
  const distances = (match?.tileDistances ?? [])
    .filter((distance) => distance !== null)
    .sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 4)] ?? Number.POSITIVE_INFINITY;
}
