import { createOverlayRenderer, type AvatarBundle } from '@guise/avatar';
import { drawDisclosureLabel } from '@guise/frame';
import { decodeImage } from '@guise/media';
import type { AvatarRenderer } from '@guise/runtime';

/** Opens a bundle for rendering. `sha256` is that of the very bytes the bundle was parsed from. */
export async function openAvatarRenderer(
  { bundle, sha256 }: { readonly bundle: AvatarBundle; readonly sha256: string },
  label: string,
): Promise<AvatarRenderer> {
  const picture = await decodeImage(bundle.picture.bytes);
  const overlay = createOverlayRenderer({ picture, landmarks: bundle.landmarks });
  return {
    mode: 'overlay',
    avatarSha256: sha256,
    // The outline stays the wearer's: the avatar's face is where the camera saw one.
    render: (frame, face) => ({ ...overlay.render(frame, face), face: face.box }),
    label: (frame) => drawDisclosureLabel(frame, label) !== null,
    reset: () => {
      overlay.reset();
    },
  };
}
