import type { AvatarBundle } from '@guise/avatar';
import { rgbToI420 } from '@guise/frame';
import { decodeImage } from '@guise/media';
import type { OverlayAvatar } from '@guise/runtime';
import type { FaceIdentity, FaceSwapper } from '@guise/vision';

export interface SwapWish {
  /** `sha256` is that of the very bytes the bundle was parsed from. */
  readonly avatar: { readonly bundle: AvatarBundle; readonly sha256: string };
  /** Draws the disclosure label that the permit asks for (see `SessionLabel`). */
  readonly label: OverlayAvatar['label'];
  readonly swapper: FaceSwapper;
  readonly identity: FaceIdentity;
}

/**
 * An overlay that a network draws: the identity is taken from the avatar's picture once, the face in the camera picture is replaced
 * frame by frame. What it draws goes through the same checks as the built-in overlay.
 * @throws MediaError, VisionError
 */
export async function openSwappedRenderer({
  avatar,
  label,
  swapper,
  identity,
}: SwapWish): Promise<OverlayAvatar> {
  const picture = rgbToI420(await decodeImage(avatar.bundle.picture.bytes));
  const values = await identity.identify(picture, avatar.bundle.landmarks);
  return {
    mode: 'overlay',
    avatarSha256: avatar.sha256,
    async render(frame, face) {
      await swapper.swap(frame, face.landmarks, values);
      return { status: 'rendered', face: face.box };
    },
    label,
    // Every picture stands for itself.
    reset: () => undefined,
  };
}
