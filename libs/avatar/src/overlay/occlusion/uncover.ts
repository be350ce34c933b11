import type { I420Frame, I420Planes } from '@guise/frame';
import type { Layer } from '../layer.js';
import type { DrawnShape } from '../shape.js';
import type { Occlusion, OcclusionFinder } from './occluder.js';
import { MaskOpener } from './open-mask.js';
import { isOpenTooFar } from './opening-limit.js';

/** A face hidden for so many frames is learnt anew: more likely the light is another one. */
const RELEARN_AFTER_FRAMES = 12;

/** Shows objects that are before the wearer's face, and refuses when that would show too much. */
export class ObjectUncoverer {
  private readonly opener = new MaskOpener();
  private hiddenFrames = 0;

  constructor(private readonly finder: OcclusionFinder) {}

  reset(): void {
    this.finder.reset();
  }

  /** The result is reused by the next call. */
  look(...picture: Parameters<OcclusionFinder['look']>): Occlusion {
    return this.finder.look(...picture);
  }

  /** @returns false when so much is before the face that the picture must not be shown */
  uncover(
    layer: Layer,
    frame: I420Frame,
    planes: I420Planes,
    wearer: DrawnShape,
    triangles: Uint16Array,
    occlusion: Occlusion,
  ): boolean {
    const isHidden =
      occlusion.isAny && isOpenTooFar(this.opener.open(layer, frame, planes, wearer, triangles, occlusion));
    this.hiddenFrames = isHidden ? this.hiddenFrames + 1 : 0;
    if (this.hiddenFrames >= RELEARN_AFTER_FRAMES) {
      this.hiddenFrames = 0;
      this.finder.relearn();
    }
    return !isHidden;
  }
}
