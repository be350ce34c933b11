import type { I420Frame } from '@guise/frame';
import { decideVerdict, matchPicture, type PictureMatch, type VerdictDecision } from '@guise/verification';
import {
  createDetector,
  createFingerprintReader,
  EPOCH_HINT_MODULUS,
  rectify,
  type Geometry,
} from 'invisible-watermark-ts';
import { CLIP_SIZE } from '../watermark/clips.js';
import { CHAIN, MARKING_KEY } from '../watermark/marked.js';
import { toTimedFrames } from '../watermark/tally.js';

/** Pictures of a second that the authority looks at. */
export const LOOK_FPS = 8;

/** Fingerprints by epoch, in the order of time. */
export type EvidenceByEpoch = ReadonlyMap<number, readonly Uint8Array[]>;

/** Blind, from the first second; null when no mark is found. */
export function findGeometry(frames: readonly I420Frame[]): Geometry | null {
  const detector = createDetector({ key: MARKING_KEY });
  const second = toTimedFrames(frames.slice(0, LOOK_FPS), LOOK_FPS);
  return (
    detector.detect(second, { search: 'aligned' }).geometry ??
    detector.detect(second, { search: 'rotated' }).geometry
  );
}

/** Every received picture beside what was recorded. */
export function matchAll(
  frames: readonly I420Frame[],
  geometry: Geometry,
  recorded: readonly Uint8Array[],
): PictureMatch[] {
  return toTimedFrames(frames, LOOK_FPS).flatMap(
    (frame) => matchPicture(createFingerprintReader(rectify(frame, geometry, CLIP_SIZE)), recorded) ?? [],
  );
}

/** The verdict on received frames, second by second, where everything but the pictures is in order. */
export function judgeFrames(
  frames: readonly I420Frame[],
  session: number,
  evidence: EvidenceByEpoch,
): VerdictDecision {
  const detector = createDetector({ key: MARKING_KEY });
  const seconds = Array.from({ length: Math.floor(frames.length / LOOK_FPS) }, (_, second) =>
    toTimedFrames(frames.slice(second * LOOK_FPS, (second + 1) * LOOK_FPS), LOOK_FPS),
  );
  const observations = seconds.map((pictures, second) => {
    const { payload, geometry, epochs } = detector.detect(pictures, { search: 'aligned' });
    const unseen = { second, session: null, epoch: null, epochTagZ: null, pictures: [], trace: null };
    if (payload === null || geometry === null) return unseen;
    const epoch = payload.epochHint;
    const section = epochs.find(({ epochHint }) => epochHint === epoch);
    const around = [-1, 0, 1].flatMap((offset) =>
      epoch === null ? [] : (evidence.get((epoch + offset) % EPOCH_HINT_MODULUS) ?? []),
    );
    return {
      ...unseen,
      ...{ session: payload.session, epoch },
      epochTagZ:
        section === undefined || epoch === null
          ? null
          : detector.verifyEpochSection(section, CHAIN.keyOf(epoch)).z,
      pictures: pictures.flatMap(
        (frame) => matchPicture(createFingerprintReader(rectify(frame, geometry, CLIP_SIZE)), around) ?? [],
      ),
    };
  });
  const always = [{ from: 0, until: null }];
  const epochs = new Map(
    [...evidence.keys()].map(
      (epoch) => [epoch, { renderedAt: epoch, slateOnly: false, hasSlate: false }] as const,
    ),
  );
  const records = { permits: always, consent: always, avatarActive: always, device: always };
  return decideVerdict({
    observations,
    sessions: new Map([[session, { sessionNumber: session, live: false, epochs, ...records }]]),
  });
}
