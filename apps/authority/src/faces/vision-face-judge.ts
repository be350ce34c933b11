import { rgbToI420, type FaceObservation, type I420Frame } from '@guise/frame';
import { judgeCapture, portraitShotOf, type CaptureFrame, type CaptureJudgement } from '@guise/liveness';
import {
  decodeImage,
  decodeVideo,
  MediaError,
  probe,
  type DecodedFrame,
  type MediaLimits,
} from '@guise/media';
import {
  createVision,
  findAttributes,
  measureSkinLight,
  openModelRegistry,
  type FaceAttribute,
  type FaceTracker,
  type Vision,
} from '@guise/vision';
import {
  FaceJudge,
  JudgeError,
  type CaptureVerdict,
  type MeshPlace,
  type PictureVerdict,
  type PortraitVerdict,
} from './face-judge.js';
import { lookAround, overlap, smallerFrame } from './mesh-place.js';

/** A capture is a short clip: whatever is longer is judged by its first seconds. */
const JUDGED_SECONDS = 40;
const MAX_SIZE = { width: 1280, height: 720 };
const LIMITS: Partial<MediaLimits> = {
  maxBytes: 64 * 2 ** 20,
  maxWidth: 4096,
  maxHeight: 4096,
  maxDurationSeconds: 600,
};
/** Identity and spoof signal twice a second. */
const SAMPLE_EVERY_MS = 500;
/** Share of both that the mesh found and the mesh declared have in common, at least: a client's differs by a few pixels. */
const SAME_PLACE = 0.5;
const MAX_PICTURE_PIXELS = 4096 * 4096;

export interface ModelFiles {
  readonly manifestPath: string;
  readonly cacheDir: string;
}

/** Judges with the networks of libs/vision in this process. The server runs it in a child process (`face-worker.ts`). */
export class VisionFaceJudge extends FaceJudge {
  private vision: Promise<Vision> | undefined;

  constructor(private readonly models: ModelFiles) {
    super();
  }

  override async judgeCapture(path: string): Promise<CaptureVerdict> {
    const vision = await this.open();
    try {
      return toVerdict(judgeCapture(await observe(vision, path)));
    } catch (error) {
      throw unreadable(error);
    }
  }

  override async judgePicture(picture: Uint8Array, mesh: MeshPlace): Promise<PictureVerdict> {
    const vision = await this.open();
    const frame = await readPicture(picture);
    // A face too small to be found in the whole picture fills the view once it is worn.
    const around = lookAround(frame, mesh);
    const anywhere = await vision.detectFaces(smallerFrame(frame));
    const [face, ...others] = around === null ? [] : await vision.detectFaces(around.frame);
    if (anywhere.length > 1 || others.length > 0) return { faces: 'several' };
    if (around === null || face === undefined) return { faces: anywhere.length > 0 ? 'elsewhere' : 'none' };
    if (overlap(face.box, around.mesh) < SAME_PLACE) return { faces: 'elsewhere' };
    return {
      faces: 'one',
      embedding: await vision.embed(around.frame, face),
      attributes: clearAttributes(around.frame, face),
    };
  }

  override async judgePortrait(picture: Uint8Array): Promise<PortraitVerdict> {
    const vision = await this.open();
    const frame = smallerFrame(await readPicture(picture));
    const [face, ...others] = await vision.detectFaces(frame);
    if (face === undefined) return { faces: 'none' };
    if (others.length > 0) return { faces: 'several' };
    return {
      faces: 'one',
      embedding: await vision.embed(frame, face),
      attributes: clearAttributes(frame, face),
      shot: portraitShotOf(face, measureSkinLight(frame, face.landmarks)),
    };
  }

  async close(): Promise<void> {
    await (await this.vision)?.close();
    this.vision = undefined;
  }

  private open(): Promise<Vision> {
    this.vision ??= openModelRegistry(this.models).then((registry) => createVision({ registry }));
    return this.vision;
  }
}

function clearAttributes(frame: I420Frame, face: FaceObservation): readonly FaceAttribute[] {
  return findAttributes(frame, face.landmarks)
    .filter(({ certainty }) => certainty === 'clear')
    .map(({ attribute }) => attribute);
}

async function observe(vision: Vision, path: string): Promise<readonly CaptureFrame[]> {
  const info = await probe(path, { limits: LIMITS });
  if (info.kind !== 'video') throw new MediaError('no-picture', 'A capture is a video, not a picture.');
  const tracker = vision.createTracker();
  const frames: CaptureFrame[] = [];
  let sampledAtMs = -SAMPLE_EVERY_MS;
  const decoder = await decodeVideo(path, {
    maxSize: MAX_SIZE,
    durationSeconds: JUDGED_SECONDS,
    limits: LIMITS,
  });
  for await (const decoded of decoder) {
    const sample = decoded.timestampMs - sampledAtMs >= SAMPLE_EVERY_MS;
    if (sample) sampledAtMs = decoded.timestampMs;
    frames.push(await observeFrame(vision, tracker, decoded, sample));
  }
  return frames;
}

async function observeFrame(
  vision: Vision,
  tracker: FaceTracker,
  { frame, timestampMs }: DecodedFrame,
  sample: boolean,
): Promise<CaptureFrame> {
  const faces = await tracker.track(frame, timestampMs);
  const seen = { timestampMs, width: frame.width, height: frame.height, faces };
  const [face] = faces;
  if (!sample || face === undefined) return seen;
  return {
    ...seen,
    embedding: await vision.embed(frame, face),
    spoofScore: await vision.spoofScore(frame, face),
  };
}

async function readPicture(picture: Uint8Array): Promise<I420Frame> {
  try {
    return rgbToI420(await decodeImage(picture, { maxPixels: MAX_PICTURE_PIXELS }));
  } catch (error) {
    throw unreadable(error);
  }
}

function toVerdict(judgement: CaptureJudgement): CaptureVerdict {
  if (!judgement.accepted) {
    return {
      accepted: false,
      reasons: judgement.reasons.map(({ code, advice }) => ({ code, message: advice })),
    };
  }
  const { measures } = judgement;
  return {
    accepted: true,
    embedding: judgement.referenceEmbedding,
    framesSeen: measures.framesSeen,
    facesAgree: measures.medianSimilarity,
    spoofMedian: measures.spoofMedian,
    measures: { ...measures },
  };
}

/** The messages of libs/media name the file by our path; the person sees only what to do. */
function unreadable(error: unknown): unknown {
  if (!(error instanceof MediaError)) return error;
  switch (error.code) {
    case 'ffmpeg-missing':
    case 'ffmpeg-incapable':
    case 'disk-full':
    case 'write-failed':
    case 'camera-missing':
    case 'camera-busy':
    case 'camera-denied':
    case 'camera-lost': // no upload is one
      return error;
    case 'too-long':
    case 'picture-too-large':
    case 'file-too-large':
      return new JudgeError(
        'unreadable',
        'It is too large or too long. Record a shorter clip of at most 1080 lines.',
      );
    case 'picture-too-small':
    case 'bad-size':
      return new JudgeError('unreadable', 'The picture is too small. Record at least 320 × 240.');
    case 'stalled':
    case 'aborted':
      return new JudgeError('too-slow', 'Reading it took too long. Record a shorter clip.');
    case 'not-found':
    case 'empty-file':
    case 'not-media':
    case 'no-picture':
    case 'ambiguous':
    case 'damaged':
      return new JudgeError(
        'unreadable',
        'It is not a video that can be read. Record it again as MP4 or WebM.',
      );
  }
}
