import type { AvatarBundle, TurnedViews } from '@guise/avatar';
import { decodeImage } from '@guise/media';

/** The turned views of a bundle, decoded: what an overlay shows at the sides of a turned head. */
export async function turnedViews({ views = [] }: AvatarBundle): Promise<TurnedViews> {
  const view = async (role: 'turned-left' | 'turned-right') => {
    const found = views.find((each) => each.role === role);
    return found && { picture: await decodeImage(found.picture.bytes), landmarks: found.landmarks };
  };
  const [left, right] = await Promise.all([view('turned-left'), view('turned-right')]);
  return { ...(left && { left }), ...(right && { right }) };
}
