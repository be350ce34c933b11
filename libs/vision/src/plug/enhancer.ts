import type { Box, I420Frame } from '@guise/frame';
import { VisionError } from '../errors.js';
import { Network } from '../network.js';
import { regionToPatch } from '../patch/affine.js';
import { checkFrame, PatchReader } from '../patch/patch.js';
import type { NeuralSource } from '../types.js';
import { pastePatch } from './paste-patch.js';

/** A network that makes a rendered face sharper. */
export interface NeuralEnhancer {
  /** Improves the face in place. @param face its box in pixels of the frame @throws VisionError `bad-frame`, `bad-model` */
  enhance(frame: I420Frame, face: Box): Promise<void>;
  close(): Promise<void>;
}

const SIDE = 512;
/** Side of the crop over the height of the face: restorers are trained on heads with some room around them. */
const CROP_OVER_FACE = 1.6;

/**
 * Opens the model of role `enhancer`. Contract (that of GFPGAN and its kin): input `input` 1×3×512×512, RGB −1…1, an upright square
 * around the head; output `output` of the same shape.
 * @throws ModelError when the registry has none, or refuses it
 */
export async function openEnhancer(registry: NeuralSource): Promise<NeuralEnhancer> {
  const network = await Network.open(registry, 'enhancer', [1, 3, SIDE, SIDE], 'input');
  const reader = new PatchReader({
    ...{ width: SIDE, height: SIDE, order: 'rgb', layout: 'planar', scale: 2 / 255, offset: -1 },
    outside: 'edge',
  });
  return {
    async enhance(frame, face) {
      checkFrame(frame);
      const side = CROP_OVER_FACE * Math.max(face.width, face.height);
      const [cx, cy] = [face.x + face.width / 2, face.y + face.height / 2];
      const map = regionToPatch({ cx, cy, width: side, height: side, angle: 0 }, SIDE, SIDE);
      await network.run(
        (input) => {
          reader.read(frame, map, input);
        },
        (outputs) => {
          const data = outputs('output').map((value) => (value + 1) / 2);
          if (data.length !== 3 * SIDE * SIDE || !data.every(Number.isFinite))
            throw new VisionError('bad-model', 'The enhancer gave no picture.');
          pastePatch(frame, { side: SIDE, data }, map);
        },
      );
    },
    close: () => network.close(),
  };
}
