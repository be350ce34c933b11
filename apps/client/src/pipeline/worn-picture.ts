import type { AvatarRenderer, MediaConfig } from '@guise/runtime';
import { openAvatarRenderer, type AvatarWish } from './avatar-renderer.js';
import type { Networks } from './networks.js';
import { picturePorts, type SessionRights } from './session-ports.js';
import { openSwappedRenderer } from './swapped-renderer.js';

/**
 * Opens what sees and draws a session: the built-in renderer, or the swapper of the user's own.
 * @throws CliError, AvatarError, MediaError, ModelError, VisionError
 */
export async function openWornPicture(
  rights: Pick<SessionRights, 'grant' | 'wearer'>,
  wish: AvatarWish,
  networks: Networks,
): Promise<MediaConfig['picture']> {
  const { swapper, enhancer } = await networks.own;
  const renderer: AvatarRenderer =
    swapper === null ? await openAvatarRenderer(wish) : await openSwappedRenderer({ ...wish, ...swapper });
  return {
    ...picturePorts(rights, wish.size, await networks.vision, renderer),
    ...(enhancer === null ? {} : { enhancer }),
  };
}
