import { bundleSha256, encodeBundle, parseBundle, type AvatarBundle } from '@guise/avatar';
import { bundleOf, portraitFromPicture } from '@guise/client/avatar';
import { openAvatarRenderer, type WearMode } from '@guise/client/pipeline';
import { createI420, i420ToRgb, type FaceObservation, type I420Frame } from '@guise/frame';
import { decodeVideo, encodePng, rateValue } from '@guise/media';
import type { Vision } from '@guise/vision';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAvatar } from '../material.js';
import type { Instruments, Points68 } from './instruments.js';

export const SIZE = { width: 1280, height: 720 } as const;

/** How a recording is worn. */
export interface Way {
  readonly mode: WearMode;
  readonly avatar: 'executive' | 'own-face';
}

/** The wearer in one frame of a recording. */
export interface WatchedFrame {
  /** Of the frame in the recording. */
  readonly index: number;
  readonly timestampMs: number;
  /** What drives the avatar. */
  readonly driving: FaceObservation;
  /** The same landmarker's word on this frame alone. */
  readonly seen: FaceObservation;
  /** The independent landmarker's. */
  readonly points: Points68;
}

/** One frame that was rendered, and what the landmarkers say of it. */
export interface WornFrame {
  readonly wearer: WatchedFrame;
  readonly camera: I420Frame;
  readonly shown: I420Frame;
  readonly avatar: FaceObservation;
  readonly avatarPoints: Points68;
}

export async function avatarOf(
  vision: Vision,
  avatar: Way['avatar'],
  file: string,
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
    const { yawDeg, pitchDeg, rollDeg } = face.pose;
    const unrest = mouthOpen - (leftLid + rightLid) / 2 + Math.hypot(yawDeg, pitchDeg, rollDeg) / 20;
    if (unrest >= least) continue;
    least = unrest;
    best = { ...frame, data: frame.data.slice() };
  }
  if (best === null) throw new Error(`no face was found in ${file}`);
  return best;
}

/** The frames of a recording in which the wearer is seen, once for all ways of wearing it. */
export async function watch(
  vision: Vision,
  instruments: Instruments,
  file: string,
  seconds: number,
): Promise<readonly WatchedFrame[]> {
  const video = await openRecording(file, seconds);
  const smooth = vision.createTracker();
  const plain = vision.createTracker({ smooth: false });
  const fps = rateValue(video.fps);
  const watched: WatchedFrame[] = [];
  for await (const { frame, index } of video) {
    const timestampMs = (index * 1000) / fps;
    const [driving] = await smooth.track(frame, timestampMs);
    const [seen] = await plain.track(frame, timestampMs);
    if (driving === undefined || seen === undefined) continue;
    watched.push({ index, timestampMs, driving, seen, points: await instruments.points(frame, seen) });
  }
  return watched;
}

/** Wears an avatar over a recording, without a session: pictures go nowhere but into the measures. */
export async function* wear(
  { vision, instruments }: { readonly vision: Vision; readonly instruments: Instruments },
  recording: { readonly file: string; readonly seconds: number; readonly watched: readonly WatchedFrame[] },
  { mode }: Way,
  bundle: AvatarBundle,
): AsyncGenerator<WornFrame> {
  const bytes = encodeBundle(bundle);
  const avatar = { bundle: parseBundle(bytes), sha256: bundleSha256(bytes) };
  const renderer = await openAvatarRenderer({ avatar, mode, size: SIZE, label: () => true });
  const tracker = vision.createTracker({ smooth: false });
  const byIndex = new Map(recording.watched.map((frame) => [frame.index, frame]));
  for await (const { frame, index } of await openRecording(recording.file, recording.seconds)) {
    const wearer = byIndex.get(index);
    if (wearer === undefined) continue;
    const camera = { ...frame, data: frame.data.slice() };
    const shown =
      mode === 'overlay' ? { ...frame, data: frame.data.slice() } : createI420(SIZE.width, SIZE.height);
    if (renderer.render(shown, wearer.driving, wearer.timestampMs).status !== 'rendered') continue;
    const [face] = await tracker.track(shown, wearer.timestampMs);
    if (face === undefined) continue;
    yield { wearer, camera, shown, avatar: face, avatarPoints: await instruments.points(shown, face) };
  }
}

function openRecording(file: string, seconds: number): ReturnType<typeof decodeVideo> {
  return decodeVideo(file, { size: SIZE, fit: 'cover', durationSeconds: seconds });
}
