import type { AvatarBundle } from '@guise/avatar';
import {
  cropI420,
  i420ToRgb,
  LANDMARK_COUNT,
  rgbToI420,
  scaleI420,
  type Box,
  type FaceObservation,
  type I420Frame,
} from '@guise/frame';
import { judgeCapture, type CaptureFrame } from '@guise/liveness';
import { decodeImage, decodeVideo, encodePng } from '@guise/media';
import type { Vision } from '@guise/vision';
import { CliError } from '../cli-error.js';

/** A face cut out of a picture or capture, with its mesh in pixels of the cut. */
export interface Portrait {
  readonly frame: I420Frame;
  readonly landmarks: Float32Array;
}

/** Longest side of the picture in a bundle: the face texture has 1,024 texels at most. */
const MAX_PORTRAIT_SIDE = 1600;
/** Room around the face on each side, in face widths or heights: hair, chin and neck belong to a portrait. */
const MARGIN = 0.75;
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
 * The best frontal frame of an enrolment capture.
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
  const [best] = judgement.bestFrames;
  const face = best === undefined ? undefined : observed[best]?.faces[0];
  if (best === undefined || face === undefined)
    throw new CliError(
      'badInput',
      `${file} has no good frontal frame`,
      'Look straight into the camera for a second.',
    );
  return cutOut(await frameAt(file, best), face);
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

/** Cuts the head out, scales it to at most MAX_PORTRAIT_SIDE, and moves the mesh along. */
export function cutOut(frame: I420Frame, face: FaceObservation): Portrait {
  const box = headBox(face.box, frame);
  const cut = cropI420(frame, box);
  const scale = Math.min(1, MAX_PORTRAIT_SIDE / Math.max(cut.width, cut.height));
  const width = even(cut.width * scale);
  const height = even(cut.height * scale);
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  for (let point = 0; point < LANDMARK_COUNT; point++) {
    const at = point * 3;
    landmarks[at] = ((face.landmarks[at] ?? 0) - box.x) * (width / cut.width);
    landmarks[at + 1] = ((face.landmarks[at + 1] ?? 0) - box.y) * (height / cut.height);
    landmarks[at + 2] = (face.landmarks[at + 2] ?? 0) * (width / cut.width);
  }
  return { frame: scale === 1 ? cut : scaleI420(cut, width, height), landmarks };
}

/** Even edges inside the frame: chroma planes have half the size. */
function headBox(face: Box, frame: I420Frame): Box {
  const left = even(Math.max(0, face.x - MARGIN * face.width));
  const top = even(Math.max(0, face.y - MARGIN * face.height));
  const right = even(Math.min(frame.width, face.x + (1 + MARGIN) * face.width));
  const bottom = even(Math.min(frame.height, face.y + (1 + MARGIN) * face.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const even = (value: number): number => Math.floor(value / 2) * 2;

/** Everything in a bundle besides the picture. */
export type BundleWords = Pick<
  AvatarBundle,
  'name' | 'kind' | 'likeness' | 'provenance' | 'licence' | 'createdAt'
>;

export async function bundleOf(portrait: Portrait, words: BundleWords): Promise<AvatarBundle> {
  const { width, height } = portrait.frame;
  const bytes = await encodePng(i420ToRgb(portrait.frame));
  return {
    ...words,
    picture: { mediaType: 'image/png', width, height, bytes },
    landmarks: portrait.landmarks,
  };
}
