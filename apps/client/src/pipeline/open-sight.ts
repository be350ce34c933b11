import {
  createVision,
  openVisionThread,
  type Landmarker,
  type ModelRegistry,
  type Vision,
} from '@guise/vision';

/**
 * Opens the networks of a session in a thread of their own, so that they load while the avatar is prepared and look while it is
 * drawn. With a landmarker of the user's own, which belongs to this thread, they stay in this one.
 * @throws ModelError
 */
export function openSight(registry: ModelRegistry, landmarker: Landmarker | null = null): Promise<Vision> {
  const seeing =
    landmarker === null ? openVisionThread(registry.options) : createVision({ registry, landmarker });
  // Whether it failed is heard where it is waited for; something else may fail before.
  seeing.catch(() => undefined);
  return seeing;
}
