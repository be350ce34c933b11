import type { AvatarBundle, PortraitAvatar } from '@guise/avatar';
import { decodeImage } from '@guise/media';

/** What a bundle gives a portrait besides picture and mesh: the mask of the person, the open mouth. */
export async function portraitExtras({
  personMask,
  views = [],
}: AvatarBundle): Promise<Pick<PortraitAvatar, 'personMask' | 'mouthOpen'>> {
  const open = views.find((view) => view.role === 'mouth-open');
  const { landmarks, picture } = open ?? {};
  return {
    ...(personMask === undefined ? {} : { personMask }),
    ...(landmarks === undefined || picture === undefined
      ? {}
      : { mouthOpen: { picture: await decodeImage(picture.bytes), landmarks } }),
  };
}
