import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { I420Frame } from '@guise/frame';
import { decodeBase64Url, parsePayload } from '@guise/ledger';
import { surveyMedia, type PictureSize, type Survey } from '@guise/media';
import {
  evidenceSegment,
  type ProofBundle,
  type TimelineEntry,
  type VerificationReport,
} from '@guise/protocol';
import {
  geometryOf,
  isWhole,
  isWholeFrame,
  judgePictures,
  matchPicture,
  shareOf,
  type PictureMatch,
} from '@guise/verification';
import { createFingerprintReader, rectify, type Outline } from 'invisible-watermark-ts';
import { decodeJwt } from 'jose';

/** How the file itself stands to the proof. */
export interface MediaMatch {
  /** The file is byte for byte the one the report is about. */
  readonly sameFile: boolean;
  /** Seconds called authorised whose pictures were held against the signed evidence, here, without the authority. */
  readonly compared: number;
  /** Of these, the ones whose pictures are those that were rendered; where nothing can be compared, nothing matches. */
  readonly matching: number;
}

/** SHA-256 of a file, hexadecimal, in bounded memory. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(asBytes(chunk));
  return hash.digest('hex');
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('a file stream gives bytes');
}

/**
 * Compares the marked pictures of the file with the fingerprints that the device signed, and looks whether they fill the
 * frame: needs no key and no authority. Where they lie is the report's word, and a wrong word matches nothing. Looks where
 * the authority looked. Call it with bundles whose proofs were checked.
 */
export async function matchMedia(
  file: string,
  bundles: readonly ProofBundle[],
  report: VerificationReport | null,
): Promise<MediaMatch> {
  const sha256 = await sha256OfFile(file);
  const sameFile = bundles.every(({ mediaSha256 }) => mediaSha256 === sha256);
  const wanted = new Map(authorisedSeconds(report).map((entry) => [entry.second, entry]));
  if (report === null || wanted.size === 0) return { sameFile, compared: 0, matching: 0 };
  const evidence = new Map(bundles.map((bundle) => [bundle.session, signedEvidence(bundle)]));
  const seconds = new Map<number, FrameMatch[]>();
  for await (const { frame, timestampMs } of (await openAsReported(file, report)).open()) {
    const second = Math.floor(timestampMs / 1000);
    const entry = wanted.get(second);
    if (entry === undefined && !isBeyond(report, second)) continue;
    const frames = seconds.get(second) ?? [];
    frames.push(entry === undefined ? NOTHING_REPORTED : matchFrame(frame, entry, evidence));
    seconds.set(second, frames);
  }
  return { sameFile, compared: seconds.size, matching: [...seconds.values()].filter(isRecorded).length };
}

/** The file as the authority looked at it; reports of earlier versions looked at fixed places. */
function openAsReported(file: string, { coverage }: VerificationReport): Promise<Survey> {
  const seed = coverage.seed === undefined ? {} : { seed: coverage.seed };
  return surveyMedia(file, { ...seed, whole: isWhole(coverage) });
}

const authorisedSeconds = (report: VerificationReport | null): readonly TimelineEntry[] =>
  (report?.timeline ?? []).filter(({ verdict }) => verdict === 'authorised');

/** The file goes on after the report ends, by more than rounding: a report that calls the whole authorised left this out. */
const isBeyond = ({ verdict, coverage }: VerificationReport, second: number): boolean =>
  verdict === 'authorised' && second > coverage.seconds;

/** What one session's device signed. The signatures of these segments were checked with the bundle. */
interface SignedEvidence {
  /** Size of the frames as they were marked. */
  readonly frame: PictureSize;
  readonly byEpoch: ReadonlyMap<number, readonly Uint8Array[]>;
}

/** The marked pictures of one frame beside the evidence. */
interface FrameMatch {
  readonly share: number;
  /** Of each place that the report names; null where nothing can be compared. */
  readonly pictures: readonly (PictureMatch | null)[];
}

/** A frame that the report says nothing of. */
const NOTHING_REPORTED: FrameMatch = { share: 0, pictures: [] };

function matchFrame(
  { data, width, height }: I420Frame,
  entry: TimelineEntry,
  evidence: ReadonlyMap<number, SignedEvidence | null>,
): FrameMatch {
  const received = { luma: data.subarray(0, width * height), width, height, stride: width };
  const [main = 0] = evidence.keys();
  const places = placesOf(entry, main);
  const pictures = places.map(({ session, epoch, region }) => {
    const signed = evidence.get(session) ?? null;
    if (signed === null || epoch === null || !signed.byEpoch.has(epoch)) return null;
    // A second of the file rarely begins where an epoch does.
    const recorded = [-1, 0, 1].flatMap((offset) => signed.byEpoch.get(epoch + offset) ?? []);
    const geometry = geometryOf(region, signed.frame, received);
    if (geometry === null) return null;
    return matchPicture(createFingerprintReader(rectify(received, geometry, signed.frame)), recorded);
  });
  return {
    share: shareOf(
      received,
      places.map(({ region }) => region),
    ),
    pictures,
  };
}

/** The marked pictures of a second; in reports of earlier versions it is one of the main session, the whole frame. */
const placesOf = ({ pictures, epoch }: TimelineEntry, main: number) =>
  pictures.length > 0 ? pictures : [{ session: main, epoch, region: WHOLE_FRAME }];

const WHOLE_FRAME: Outline = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

function isRecorded(frames: readonly FrameMatch[]): boolean {
  const places = frames[0]?.pictures ?? [];
  return (
    frames.every(({ share, pictures }) => isWholeFrame(share) && !pictures.includes(null)) &&
    places.every((_, place) => {
      const pictures = frames.flatMap((frame) => frame.pictures[place] ?? []);
      return judgePictures(pictures, false).verdict === 'authorised';
    })
  );
}

/** Null when the bundle holds none. */
function signedEvidence(bundle: ProofBundle): SignedEvidence | null {
  const byEpoch = new Map<number, readonly Uint8Array[]>();
  let frame: PictureSize | null = null;
  for (const entry of bundle.entries) {
    if (entry.kind !== 'evidence') continue;
    const payload = parsePayload(decodeBase64Url(entry.payload) ?? new Uint8Array(0));
    if (payload.kind !== 'evidence') continue;
    const segment = evidenceSegment.parse(decodeJwt(payload.segment));
    frame ??= segment.frame;
    for (const { epoch, fingerprints } of segment.epochs) {
      byEpoch.set(
        epoch,
        fingerprints.flatMap((text) => decodeBase64Url(text) ?? []),
      );
    }
  }
  return frame === null ? null : { frame, byEpoch };
}
