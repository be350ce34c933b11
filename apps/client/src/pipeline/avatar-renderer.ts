import {
  createOverlayRenderer,
  createPortraitRenderer,
  NeutralLearner,
  ParameterSteadier,
  parametersOf,
  type AvatarBundle,
} from '@guise/avatar';
import type { FaceObservation, I420Frame } from '@guise/frame';
import { decodeImage, type PictureSize } from '@guise/media';
import type { AvatarRenderer, OverlayAvatar, PortraitAvatar, RenderOutcome } from '@guise/runtime';
import { portraitExtras } from '../avatar/portrait-extras.js';
import { turnedViews } from '../avatar/turned-views.js';
import type { WearMode } from './wear-mode.js';

export interface AvatarWish {
  /** `sha256` is that of the very bytes the bundle was parsed from. */
  readonly avatar: { readonly bundle: AvatarBundle; readonly sha256: string };
  readonly mode: WearMode;
  /** Size of every picture. */
  readonly size: PictureSize;
  /** Draws the disclosure label that the permit asks for (see `SessionLabel`). */
  readonly label: AvatarRenderer['label'];
  /** It is to render pictures of half the size as well; the session's quality may ask for that at any moment. */
  readonly halfSize?: boolean;
}

/** Made by our own renderers, which answer at once. */
export type BuiltInRenderer = {
  render(frame: I420Frame, face: FaceObservation, timestampMs: number): RenderOutcome;
} & AvatarRenderer;

/**
 * Opens a bundle for rendering.
 * @throws AvatarError when its picture cannot be worn, MediaError when it cannot be decoded
 */
export async function openAvatarRenderer(wish: AvatarWish): Promise<BuiltInRenderer> {
  const { avatar, mode, size, label } = wish;
  const picture = await decodeImage(avatar.bundle.picture.bytes);
  const { landmarks } = avatar.bundle;
  const worn =
    mode === 'overlay'
      ? overlayOf(
          { picture, landmarks, turned: await turnedViews(avatar.bundle) },
          size,
          wish.halfSize === true,
        )
      : portraitOf(
          { picture, landmarks, ...(await portraitExtras(avatar.bundle)) },
          size,
          wish.halfSize === true,
        );
  return {
    ...worn,
    avatarSha256: avatar.sha256,
    label,
  };
}

function overlayOf(
  avatar: Parameters<typeof createOverlayRenderer>[0],
  size: PictureSize,
  halfSize: boolean,
): Pick<BuiltInRenderer, 'render'> &
  Pick<OverlayAvatar, 'mode' | 'reset' | 'rendersHalfSize' | 'followLight'> {
  const overlay = createOverlayRenderer(avatar);
  // What one has learnt of shape and light is in pixels of its own.
  const small = halfSize ? createOverlayRenderer(avatar) : null;
  return {
    mode: 'overlay',
    rendersHalfSize: small !== null,
    // The outline stays the wearer's: the avatar's face is where the camera saw one.
    render: (frame, face) => {
      const renderer = frame.width === size.width ? overlay : (small ?? overlay);
      return { ...renderer.render(frame, face), face: face.box };
    },
    followLight(follows) {
      overlay.followLight(follows);
      small?.followLight(follows);
    },
    reset: () => {
      overlay.reset();
      small?.reset();
    },
  };
}

/** Whoever was away for longer sits down anew: what is neutral is learnt again. */
const SAME_SEAT_MS = 10_000;

function portraitOf(
  avatar: Parameters<typeof createPortraitRenderer>[0],
  size: PictureSize,
  halfSize: boolean,
): Pick<BuiltInRenderer, 'render'> & Pick<PortraitAvatar, 'mode' | 'reset' | 'rendersHalfSize'> {
  const portrait = createPortraitRenderer(avatar, size);
  const half = { width: size.width / 2, height: size.height / 2 };
  const small = halfSize && isRenderable(half) ? createPortraitRenderer(avatar, half) : null;
  const learner = new NeutralLearner();
  const steadier = new ParameterSteadier();
  let seenAtMs = Number.NEGATIVE_INFINITY;
  return {
    mode: 'portrait',
    rendersHalfSize: small !== null,
    render(out, face, timestampMs) {
      if (timestampMs - seenAtMs > SAME_SEAT_MS) learner.reset();
      seenAtMs = timestampMs;
      const neutral = learner.observe(face, timestampMs);
      const parameters = neutral === null ? null : parametersOf(face, neutral);
      if (parameters === null) return { status: 'not-rendered' };
      const renderer = out.width === size.width ? portrait : (small ?? portrait);
      return { status: 'rendered', face: renderer.render(steadier.steady(parameters, timestampMs), out) };
    },
    // Every picture stands for itself, and only the wearer is ever rendered: what was learnt of the wearer's face holds.
    reset: () => undefined,
  };
}

/** Half a small picture may be too small to carry a face. */
const SMALLEST_SIDE = 90;

const isRenderable = ({ width, height }: PictureSize): boolean =>
  [width, height].every((side) => side >= SMALLEST_SIDE && side % 2 === 0);
