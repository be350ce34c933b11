import {
  EPOCH_HINT_MODULUS,
  EPOCH_TAG_MIN_Z,
  fingerprint,
  rectify,
  type Detector,
  type EpochSection,
  type Geometry,
  type LumaFrame,
} from 'invisible-watermark-ts';
import { PICTURE_MAX_MEDIAN, type FingerprintMatch } from '@guise/verification';
import {
  comparePictures,
  medianOf,
  nearest,
  type PictureComparison,
  type Print,
} from './compare-pictures.js';
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
  readonly frames: readonly TimedFrame[];
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
  readonly match: FingerprintMatch | null;
}

/** An epoch with the judgement of all the pictures that were received of it. */
export type SettledEpoch = Pick<Candidate, 'epoch' | 'tagZ'> & PictureComparison;

function printsOf(marked: MarkedSecond, evidence: SessionEvidence): Print[] {
  return marked.frames.map((frame) => {
    const { luma, width, height, stride, visible } = rectify(frame, marked.geometry, evidence.frame);
    return { print: fingerprint(luma, width, height, stride), visible };
  });
}

/** The epoch that a marked second is from, with its tag and how its pictures compare; null without evidence for it. */
export function settleEpoch(
  detector: Detector,
  known: KnownSession,
  marked: MarkedSecond,
): SettledEpoch | null {
  const prints = printsOf(marked, known.evidence);
  const best =
    marked.sections.length === 0
      ? mostAlike(detector, known, marked, prints)
      : mostCertain(detector, known, marked, prints);
  if (best === null) return null;
  const { epoch, tagZ } = best;
  return { epoch, tagZ, ...comparePictures(prints, recordedAround(known, epoch)) };
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
  prints: readonly Print[],
): Candidate | null {
  const candidates = marked.sections.flatMap((section) =>
    [0, -1, 1].flatMap((offset) => {
      const hint = (section.epochHint + offset + EPOCH_HINT_MODULUS) % EPOCH_HINT_MODULUS;
      return (known.byHint.get(hint) ?? []).map(({ epoch, fingerprints }): Candidate => {
        const epochKey = known.keys.keyOf(epoch);
        const tagZ = epochKey === null ? null : detector.verifyEpochSection(section, epochKey).z;
        return { epoch, hinted: offset === 0, tagZ, match: nearest(prints, fingerprints) };
      });
    }),
  );
  const tagged = candidates.filter(({ tagZ }) => (tagZ ?? 0) >= EPOCH_TAG_MIN_Z);
  const alike = candidates.filter(
    ({ tagZ, match }) => tagZ === null && medianOf(match) <= PICTURE_MAX_MEDIAN,
  );
  return (
    tagged.sort((a, b) => (b.tagZ ?? 0) - (a.tagZ ?? 0))[0] ??
    candidates.find(({ hinted }) => hinted) ??
    alike.sort((a, b) => medianOf(a.match) - medianOf(b.match))[0] ??
    null
  );
}

/** A quarter of the tiles this near to a recorded picture: the second it was taken from, whatever was done to the rest. */
const ALIKE_MAX_QUARTILE = 3;

/** Without a readable hint (a single picture may be too little): the epoch whose evidence shows most of this picture. */
function mostAlike(
  detector: Detector,
  known: KnownSession,
  marked: MarkedSecond,
  prints: readonly Print[],
): Candidate | null {
  const matches = known.evidence.epochs.map(({ epoch, fingerprints }) => ({
    epoch,
    match: nearest(prints, fingerprints),
  }));
  const [best] = matches
    .filter(({ match }) => quartileOf(match) <= ALIKE_MAX_QUARTILE)
    .sort((a, b) => quartileOf(a.match) - quartileOf(b.match) || medianOf(a.match) - medianOf(b.match));
  if (best === undefined) return null;
  const epochKey = known.keys.keyOf(best.epoch);
  const tagZ = epochKey === null ? null : detector.verifyEpoch(marked.frames, marked.geometry, epochKey).z;
  return { ...best, hinted: false, tagZ };
}

function quartileOf(match: FingerprintMatch | null): number {
  const distances = (match?.tileDistances ?? [])
    .filter((distance) => distance !== null)
    .sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 4)] ?? Number.POSITIVE_INFINITY;
}
