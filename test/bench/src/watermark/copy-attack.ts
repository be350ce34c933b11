import {
  decideVerdict,
  matchPicture,
  type SecondObservation,
  type SessionRecords,
} from '@guise/verification';
import {
  createDetector,
  createFingerprintReader,
  fingerprint,
  rectify,
  type Detector,
} from 'invisible-watermark-ts';
import { CLIP_SIZE, type Clip } from './clips.js';
import { addField, estimateField } from './copied-field.js';
import { loadFrames } from './ffmpeg.js';
import { CHAIN, ensureMarked, epochAt, FIRST_EPOCH, MARKING_KEY } from './marked.js';
import { READ_FPS, type TimedFrame, toTimedFrames } from './tally.js';

export interface CopyAttackJob {
  readonly clip: Clip;
  readonly victim: Clip;
  /** Marked frames that the field is estimated from. */
  readonly frames: number;
}

export interface CopyAttack {
  readonly frames: number;
  readonly n: number;
  readonly altered: number;
  readonly authorised: number;
  /** Recordings in which the copied mark was read. */
  readonly read: number;
  /** Marked recordings that could still be read after the field was taken off them. */
  readonly readAfterRemoval: number;
}

const SECONDS_PER_VERDICT = 3;

/** Copies the mark of one recording onto another and asks for a verdict on every three seconds of it. */
export async function measureCopyAttack(
  { clip, victim, frames }: CopyAttackJob,
  context: { readonly work: string; readonly version: string },
): Promise<CopyAttack> {
  const field = await estimateField(clip, frames, context);
  const { file, session } = await ensureMarked(clip, 0, context);
  const worn = toTimedFrames(await loadFrames(file, { fps: READ_FPS }));
  const evidence = evidenceOf(worn);
  const forged = toTimedFrames(await loadFrames(victim.file, { fps: READ_FPS }));
  for (const { luma } of forged) addField(luma, field);
  const detector = createDetector({ key: MARKING_KEY });
  for (const { luma } of worn) addField(luma, field, -1);
  const counted = { n: 0, altered: 0, authorised: 0, read: 0, readAfterRemoval: 0 };
  const span = SECONDS_PER_VERDICT * READ_FPS;
  for (let first = 0; first + span <= forged.length; first += span) {
    const observations = Array.from({ length: SECONDS_PER_VERDICT }, (_, second) =>
      observe(
        forged.slice(first + second * READ_FPS, first + (second + 1) * READ_FPS),
        second,
        detector,
        evidence,
      ),
    );
    const { verdict } = decideVerdict({
      observations,
      sessions: new Map([[session, recordsOf(session, evidence)]]),
    });
    counted.n++;
    const cleaned = detector.detect(worn.slice(first, first + span), { search: 'aligned' });
    if (cleaned.payload?.session === session) counted.readAfterRemoval++;
    if (verdict === 'altered') counted.altered++;
    if (verdict === 'authorised') counted.authorised++;
    if (observations.some((seen) => seen.session === session)) counted.read++;
  }
  return { frames, ...counted };
}

/** Fingerprints by epoch, as a session's evidence holds them. */
type Evidence = ReadonlyMap<number, readonly Uint8Array[]>;

const PRINTS_PER_SECOND = 8;

function evidenceOf(frames: readonly TimedFrame[]): Evidence {
  const evidence = new Map<number, Uint8Array[]>();
  frames.forEach(({ luma, width, height, stride, timestampMs }, index) => {
    const within = index % READ_FPS;
    if (within % Math.floor(READ_FPS / PRINTS_PER_SECOND) !== 0) return;
    const epoch = epochAt(timestampMs);
    evidence.set(epoch, [...(evidence.get(epoch) ?? []), fingerprint({ luma, width, height, stride }, null)]);
  });
  return evidence;
}

function observe(
  frames: readonly TimedFrame[],
  second: number,
  detector: Detector,
  evidence: Evidence,
): SecondObservation {
  const { payload, geometry, epochs } = detector.detect(frames, { search: 'aligned' });
  const unseen = {
    second,
    session: null,
    epoch: null,
    epochTagZ: null,
    pictures: [],
    trace: null,
  };
  if (payload === null || geometry === null) return unseen;
  const epoch = payload.epochHint ?? FIRST_EPOCH;
  const section = epochs.find(({ epochHint }) => epochHint === epoch);
  const recorded = [-1, 0, 1].flatMap((offset) => evidence.get(epoch + offset) ?? []);
  const pictures = frames.flatMap(
    (frame) => matchPicture(createFingerprintReader(rectify(frame, geometry, CLIP_SIZE)), recorded) ?? [],
  );
  return {
    ...unseen,
    session: payload.session,
    epoch,
    epochTagZ:
      section === undefined || epoch >= CHAIN.length
        ? null
        : detector.verifyEpochSection(section, CHAIN.keyOf(epoch)).z,
    pictures,
  };
}

/** Everything was in order in every second: only the pictures can speak against it. */
function recordsOf(sessionNumber: number, evidence: Evidence): SessionRecords {
  const always = [{ from: 0, until: null }];
  return {
    sessionNumber,
    live: false,
    epochs: new Map(
      [...evidence.keys()].map((epoch) => [epoch, { renderedAt: epoch, slateOnly: false, hasSlate: false }]),
    ),
    permits: always,
    consent: always,
    avatarActive: always,
    device: always,
  };
}
