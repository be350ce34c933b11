import { bundleSha256, encodeBundle, parseBundle, type AvatarBundle } from '@guise/avatar';
import { bundleOf, portraitFromPicture } from '@guise/client/avatar';
import { openAvatarRenderer, type WearMode } from '@guise/client/pipeline';
import { createI420, i420ToRgb, type FaceObservation, type I420Frame } from '@guise/frame';
import { decodeVideo, encodePng, rateValue } from '@guise/media';
import type { Vision } from '@guise/vision';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAvatar } from '../material.js';

export const SIZE = { width: 1280, height: 720 } as const;

/** What is measured: a recording, and what is worn over it. */
export interface QualityCase {
  readonly name: string;
  readonly file: string;
  readonly mode: WearMode;
  readonly avatar: 'executive' | 'own-face';
}

/** One frame that was rendered, and what the landmarker says of both pictures. */
export interface WornFrame {
  readonly camera: I420Frame;
  readonly shown: I420Frame;
  readonly wearer: FaceObservation;
  readonly avatar: FaceObservation;
}

export async function avatarOf(
  vision: Vision,
  { avatar, file }: QualityCase,
  folder: string,
): Promise<AvatarBundle> {
  if (avatar === 'executive') return (await buildAvatar(vision)).bundle;
  const picture = join(folder, 'own-face.png');
  await writeFile(picture, await encodePng(i420ToRgb(await restingFrame(vision, file))));
  const words = { provenance: 'a frame of the recording', licence: 'as the recording', createdAt: 0 };
  const own = { ...words, name: 'Own face', kind: 'own-face', likeness: 'person' } as const;
  return bundleOf(vision, await portraitFromPicture(vision, picture), own);
}

/** Of one frame in ten, the one with the most closed mouth and open eyes, from the front. */
async function restingFrame(vision: Vision, file: string): Promise<I420Frame> {
  let best: I420Frame | null = null;
  let least = Infinity;
  for await (const { frame, index } of await decodeVideo(file, { maxFrames: 300 })) {
    if (index % 10 !== 0) continue;
    const [face] = await vision.detectFaces(frame);
    if (face === undefined) continue;
    const { mouthOpen, leftLid, rightLid } = face.expression;
    const unrest =
      mouthOpen - (leftLid + rightLid) / 2 + Math.hypot(face.pose.yawDeg, face.pose.pitchDeg) / 20;
    if (unrest >= least) continue;
    least = unrest;
    best = { ...frame, data: frame.data.slice() };
  }
  if (best === null) throw new Error(`no face was found in ${file}`);
  return best;
}

/** Wears an avatar over a recording, without a session: pictures go nowhere but into the measures. */
export async function* wear(
  vision: Vision,
  { file, mode }: QualityCase,
  bundle: AvatarBundle,
  seconds: number,
): AsyncGenerator<WornFrame> {
  const bytes = encodeBundle(bundle);
  const avatar = { bundle: parseBundle(bytes), sha256: bundleSha256(bytes) };
  const renderer = await openAvatarRenderer({ avatar, mode, size: SIZE, label: () => true });
  const video = await decodeVideo(file, { size: SIZE, fit: 'cover', durationSeconds: seconds });
  const trackers = { wearer: vision.createTracker(), avatar: vision.createTracker({ smooth: false }) };
  const plain = vision.createTracker({ smooth: false });
  const fps = rateValue(video.fps);
  for await (const { frame, index } of video) {
    const timestampMs = (index * 1000) / fps;
    const [smooth] = await trackers.wearer.track(frame, timestampMs);
    const [wearer] = await plain.track(frame, timestampMs);
    if (smooth === undefined || wearer === undefined) continue;
    const camera = { ...frame, data: frame.data.slice() };
    const shown =
      mode === 'overlay' ? { ...frame, data: frame.data.slice() } : createI420(SIZE.width, SIZE.height);
    if (renderer.render(shown, smooth, timestampMs).status !== 'rendered') continue;
    const [seen] = await trackers.avatar.track(shown, timestampMs);
    if (seen !== undefined) yield { camera, shown, wearer, avatar: seen };
  }
}
