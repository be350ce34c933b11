import {
  createOverlayRenderer,
  createPortraitRenderer,
  NeutralLearner,
  parametersOf,
  type AvatarBundle,
} from '@guise/avatar';
import { drawDisclosureLabel } from '@guise/frame';
import { decodeImage, type PictureSize } from '@guise/media';
import type { AvatarRenderer, OverlayAvatar, PortraitAvatar } from '@guise/runtime';
import type { WearMode } from './wear-mode.js';

export interface AvatarWish {
  /** `sha256` is that of the very bytes the bundle was parsed from. */
  readonly avatar: { readonly bundle: AvatarBundle; readonly sha256: string };
  readonly mode: WearMode;
  /** Size of every picture. */
  readonly size: PictureSize;
  /** The disclosure label that the permit asks for. */
  readonly label: string;
}

/**
 * Opens a bundle for rendering.
 * @throws AvatarError when its picture cannot be worn, MediaError when it cannot be decoded
 */
export async function openAvatarRenderer({ avatar, mode, size, label }: AvatarWish): Promise<AvatarRenderer> {
  const picture = await decodeImage(avatar.bundle.picture.bytes);
  const { landmarks, personMask } = avatar.bundle;
  const mask = personMask === undefined ? {} : { personMask };
  const worn =
    mode === 'overlay'
      ? overlayOf({ picture, landmarks })
      : portraitOf({ picture, landmarks, ...mask }, size);
  return {
    ...worn,
    avatarSha256: avatar.sha256,
    label: (frame) => drawDisclosureLabel(frame, label) !== null,
  };
}

function overlayOf(
  avatar: Parameters<typeof createOverlayRenderer>[0],
): Pick<OverlayAvatar, 'mode' | 'render' | 'reset'> {
  const overlay = createOverlayRenderer(avatar);
  return {
    mode: 'overlay',
    // The outline stays the wearer's: the avatar's face is where the camera saw one.
    render: (frame, face) => ({ ...overlay.render(frame, face), face: face.box }),
    reset: () => {
      overlay.reset();
    },
  };
}

/** Whoever was away for longer sits down anew: what is neutral is learnt again. */
const SAME_SEAT_MS = 10_000;

function portraitOf(
  avatar: Parameters<typeof createPortraitRenderer>[0],
  size: PictureSize,
): Pick<PortraitAvatar, 'mode' | 'render' | 'reset'> {
  const portrait = createPortraitRenderer(avatar, size);
  const learner = new NeutralLearner();
  let seenAtMs = Number.NEGATIVE_INFINITY;
  return {
    mode: 'portrait',
    render(out, face, timestampMs) {
      if (timestampMs - seenAtMs > SAME_SEAT_MS) learner.reset();
      seenAtMs = timestampMs;
      const neutral = learner.observe(face, timestampMs);
      const parameters = neutral === null ? null : parametersOf(face, neutral);
      if (parameters === null) return { status: 'not-rendered' };
      return { status: 'rendered', face: portrait.render(parameters, out) };
    },
    // Every picture stands for itself, and only the wearer is ever rendered: what was learnt of the wearer's face holds.
    reset: () => undefined,
  };
}
