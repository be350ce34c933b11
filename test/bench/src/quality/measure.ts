import {
  i420ToRgb,
  rgbToI420,
  scaleI420,
  type FaceObservation,
  type I420Frame,
  type RgbImage,
} from '@guise/frame';
import { decodeImage } from '@guise/media';
import { cosineSimilarity, type Vision } from '@guise/vision';
import type { AvatarBundle } from '@guise/avatar';
import {
  faceChange,
  featureError,
  isStill,
  neckDifference,
  outlineStep,
  poseError,
} from './face-measures.js';
import { correlation, countBlinks, mean } from './series.js';
import { wear, type QualityCase, type WornFrame } from './worn.js';

/** Figures of one clip; null where there was nothing to measure. */
export interface ClipQuality {
  readonly name: string;
  readonly mode: string;
  readonly frames: number;
  readonly identityAvatar: number | null;
  readonly identityWearer: number | null;
  readonly poseErrorDeg: number | null;
  readonly blinks: number;
  readonly blinkRecall: number | null;
  readonly mouthCorrelation: number | null;
  readonly landmarkNme: number | null;
  readonly flickerRatio: number | null;
  readonly seamRatio: number | null;
  readonly deltaE: number | null;
}

const EMBED_EVERY = 15;
const STRIP_PICTURES = 6;
const STRIP_SIZE = { width: 480, height: 270 } as const;

/** Wears an avatar over a clip and measures what comes out. `strip`: camera above, output below, over time. */
export async function measureClip(
  vision: Vision,
  what: QualityCase,
  bundle: AvatarBundle,
  seconds: number,
): Promise<{ readonly quality: ClipQuality; readonly strip: RgbImage }> {
  const wearers: FaceObservation[] = [];
  const avatars: FaceObservation[] = [];
  const embeddings: Record<'camera' | 'shown', Float32Array[]> = { camera: [], shown: [] };
  const [seam, deltaE]: [number[], number[]] = [[], []];
  const flicker: Record<'camera' | 'shown', number[]> = { camera: [], shown: [] };
  const kept: WornFrame[] = [];
  let before: WornFrame | null = null;
  for await (const worn of wear(vision, what, bundle, seconds)) {
    const { camera, shown, wearer, avatar } = worn;
    if (wearers.length % EMBED_EVERY === 0) {
      embeddings.camera.push(await vision.embed(camera, wearer));
      embeddings.shown.push(await vision.embed(shown, avatar));
      deltaE.push(neckDifference(shown, avatar));
      if (what.mode === 'overlay') seam.push(outlineStep(shown, avatar) / outlineStep(camera, wearer));
      kept.push(worn);
    }
    if (before !== null && isStill(before.wearer, wearer)) {
      flicker.shown.push(faceChange(before.shown, shown, avatar));
      flicker.camera.push(faceChange(before.camera, camera, wearer));
    }
    wearers.push(wearer);
    avatars.push(avatar);
    before = worn;
  }
  const lids = (faces: readonly FaceObservation[]): readonly number[] =>
    faces.map(({ expression }) => (expression.leftLid + expression.rightLid) / 2);
  const mouths = (faces: readonly FaceObservation[]): readonly number[] =>
    faces.map((face) => face.expression.mouthOpen);
  const blinks = countBlinks(lids(wearers), lids(avatars));
  const shown = meanEmbedding(embeddings.shown);
  const quality = {
    ...{ name: what.name, mode: `${what.mode}, ${what.avatar}`, frames: wearers.length },
    identityAvatar: figure(cosineSimilarity(shown, await embeddingOf(vision, bundle))),
    identityWearer: figure(cosineSimilarity(shown, meanEmbedding(embeddings.camera))),
    poseErrorDeg: figure(poseError(wearers, avatars)),
    blinks: blinks.seen,
    blinkRecall: figure(blinks.followed / blinks.seen),
    mouthCorrelation: figure(correlation(mouths(wearers), mouths(avatars))),
    landmarkNme: figure(featureError(wearers, avatars)),
    flickerRatio: figure(mean(flicker.shown) / mean(flicker.camera)),
    seamRatio: figure(mean(seam.filter(Number.isFinite))),
    deltaE: figure(mean(deltaE.filter(Number.isFinite))),
  };
  return { quality, strip: stripOf(kept) };
}

function figure(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null;
}

function meanEmbedding(all: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = all;
  return first.map((_, i) => mean(all.map((one) => one[i] ?? 0)));
}

async function embeddingOf(vision: Vision, bundle: AvatarBundle): Promise<Float32Array> {
  const picture = rgbToI420(await decodeImage(bundle.picture.bytes));
  const [face] = await vision.detectFaces(picture);
  if (face === undefined) throw new Error('the avatar shows no face');
  return vision.embed(picture, face);
}

function stripOf(worn: readonly WornFrame[]): RgbImage {
  const count = Math.min(STRIP_PICTURES, worn.length);
  const { width, height } = STRIP_SIZE;
  const strip: RgbImage = {
    width: count * width,
    height: 2 * height,
    data: new Uint8Array(count * width * 2 * height * 3),
  };
  const paste = (frame: I420Frame, column: number, row: number): void => {
    const tile = i420ToRgb(scaleI420(frame, width, height));
    for (let y = 0; y < height; y++)
      strip.data.set(
        tile.data.subarray(y * width * 3, (y + 1) * width * 3),
        ((row * height + y) * strip.width + column * width) * 3,
      );
  };
  for (let k = 0; k < count; k++) {
    const one = worn[Math.floor(((k + 0.5) * worn.length) / count)];
    if (one === undefined) continue;
    paste(one.camera, k, 0);
    paste(one.shown, k, 1);
  }
  return strip;
}
