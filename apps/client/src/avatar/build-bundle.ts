import type { AvatarBundle, AvatarView } from '@guise/avatar';
import { i420ToRgb, rgbToI420, type I420Frame } from '@guise/frame';
import { judgeCapture, type CaptureFrame } from '@guise/liveness';
import { decodeImage, decodeVideo, encodePng } from '@guise/media';
import type { Vision } from '@guise/vision';
import { CliError } from '../cli-error.js';
import { mostAtRest } from './at-rest.js';
import { cutOut, WHOLE_PORTRAIT, type Portrait, type Room } from './cut-out.js';
import { maskPerson } from './person-mask.js';

const EMBEDDINGS_PER_SECOND = 2;

/** @throws CliError `badInput` unless exactly one face is in the picture */
export async function portraitFromPicture(
  vision: Vision,
  file: string,
  room: Room = WHOLE_PORTRAIT,
): Promise<Portrait> {
  const frame = rgbToI420(await decodeImage(file));
  const faces = await vision.detectFaces(frame);
  const [face] = faces;
  if (face === undefined)
    throw new CliError(
      'badInput',
      `no face was found in ${file}`,
      'Use a picture that shows the face from the front, at least 200 pixels wide.',
    );
  if (faces.length > 1)
    throw new CliError(
      'badInput',
      `${String(faces.length)} faces are in ${file}`,
      'Cut the picture so that only the avatar is in it.',
    );
  return cutOut(frame, face, room);
}

/**
 * The frontal frame of an enrolment capture in which the face is most at rest.
 * @throws CliError `badInput` with the judge's advice when the capture is not good enough
 */
export async function portraitFromCapture(
  vision: Vision,
  file: string,
  onFrame: (index: number) => void,
): Promise<Portrait> {
  const observed = await observeCapture(vision, file, onFrame);
  const judgement = judgeCapture(observed);
  if (!judgement.accepted) {
    const reasons = judgement.reasons.map(({ code, advice }) => ({ code, message: advice }));
    throw new CliError('badInput', `${file} does not do as a capture`, null, reasons);
  }
  const best = mostAtRest(observed, judgement.bestFrames);
  if (best === null)
    throw new CliError(
      'badInput',
      `${file} has no good frontal frame`,
      'Look straight into the camera for a second.',
    );
  return cutOut(await frameAt(file, best.index), best.face);
}

async function observeCapture(
  vision: Vision,
  file: string,
  onFrame: (index: number) => void,
): Promise<readonly CaptureFrame[]> {
  const tracker = vision.createTracker({ smooth: false });
  const frames: CaptureFrame[] = [];
  let sampledAt = Number.NEGATIVE_INFINITY;
  for await (const { frame, index, timestampMs } of await decodeVideo(file)) {
    const faces = await tracker.track(frame, timestampMs);
    const seen = { timestampMs, width: frame.width, height: frame.height, faces };
    const [face] = faces;
    if (face !== undefined && timestampMs - sampledAt >= 1000 / EMBEDDINGS_PER_SECOND) {
      sampledAt = timestampMs;
      frames.push({
        ...seen,
        embedding: await vision.embed(frame, face),
        spoofScore: await vision.spoofScore(frame, face),
      });
    } else frames.push(seen);
    onFrame(index);
  }
  return frames;
}

async function frameAt(file: string, wanted: number): Promise<I420Frame> {
  for await (const { frame, index } of await decodeVideo(file, { maxFrames: wanted + 1 })) {
    if (index === wanted) return { ...frame, data: frame.data.slice() };
  }
  throw new CliError('badInput', `${file} ended before frame ${String(wanted)}`);
}

/** Everything in a bundle besides what the picture gives. */
export type BundleWords = Pick<
  AvatarBundle,
  'name' | 'kind' | 'likeness' | 'provenance' | 'licence' | 'createdAt'
>;

export type ViewRole = NonNullable<AvatarBundle['views']>[number]['role'];

/** One more picture of the portrait's face. */
export interface FurtherView {
  readonly role: ViewRole;
  readonly portrait: Portrait;
}

export async function bundleOf(
  vision: Pick<Vision, 'segmentPerson'>,
  portrait: Portrait,
  words: BundleWords,
  furtherViews: readonly FurtherView[] = [],
): Promise<AvatarBundle> {
  const personMask = await maskPerson(vision, portrait);
  const views = await Promise.all(
    furtherViews.map(async ({ role, portrait: view }) => ({ role, ...(await viewOf(view)) })),
  );
  return {
    ...words,
    ...(await viewOf(portrait)),
    ...(personMask === null ? {} : { personMask }),
    ...(views.length === 0 ? {} : { views }),
  };
}

async function viewOf({ frame, landmarks, enhancement }: Portrait): Promise<AvatarView> {
  const { width, height } = frame;
  const bytes = await encodePng(i420ToRgb(frame));
  return {
    ...{ picture: { mediaType: 'image/png', width, height, bytes }, landmarks },
    ...(enhancement === undefined ? {} : { enhancement }),
  };
}
