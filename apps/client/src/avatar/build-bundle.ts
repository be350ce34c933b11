import { admitOpenMouth, AvatarError, type AvatarBundle, type AvatarView } from '@guise/avatar';
import { i420ToRgb, rgbToI420, type I420Frame } from '@guise/frame';
import { SAME_FACE_COSINE } from '@guise/identity';
import { judgeCapture, type CaptureFrame } from '@guise/liveness';
import { decodeImage, decodeVideo, encodePng } from '@guise/media';
import { cosineSimilarity, type Vision } from '@guise/vision';
import { CliError } from '../cli-error.js';
import { mostAtRest } from './at-rest.js';
import { cutOut, type Portrait } from './cut-out.js';
import { maskPerson } from './person-mask.js';

const EMBEDDINGS_PER_SECOND = 2;

/** @throws CliError `badInput` unless exactly one face is in the picture */
export async function portraitFromPicture(vision: Vision, file: string): Promise<Portrait> {
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
  return cutOut(frame, face);
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

export async function bundleOf(
  vision: Pick<Vision, 'segmentPerson'>,
  portrait: Portrait,
  words: BundleWords,
  mouthOpen: Portrait | null = null,
): Promise<AvatarBundle> {
  const personMask = await maskPerson(vision, portrait);
  return {
    ...words,
    ...(await viewOf(portrait)),
    ...(personMask === null ? {} : { personMask }),
    ...(mouthOpen === null ? {} : { views: [{ role: 'mouth-open', ...(await viewOf(mouthOpen)) }] }),
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

/**
 * The same face with an open mouth, from a picture: as like as the authority wants it when the bundle is drafted.
 * @throws CliError `badInput` unless it shows exactly one face, open-mouthed, from the front, and the portrait's
 */
export async function openMouthFromPicture(
  vision: Vision,
  file: string,
  portrait: Portrait,
): Promise<Portrait> {
  const view = await portraitFromPicture(vision, file);
  try {
    admitOpenMouth(view.frame, view.landmarks);
  } catch (error) {
    if (!(error instanceof AvatarError)) throw error;
    throw new CliError('badInput', `${file} does not do as an open mouth`, error.message, [], {
      cause: error,
    });
  }
  const [own, other] = await Promise.all([portrait, view].map((of) => embeddingOf(vision, of)));
  if (own === undefined || other === undefined || cosineSimilarity(own, other) < SAME_FACE_COSINE)
    throw new CliError(
      'badInput',
      `${file} does not show the face of the portrait`,
      'Use a picture of the same face in similar light.',
    );
  return view;
}

async function embeddingOf(vision: Vision, { frame }: Portrait): Promise<Float32Array | undefined> {
  const [face] = await vision.detectFaces(frame);
  return face === undefined ? undefined : vision.embed(frame, face);
}
