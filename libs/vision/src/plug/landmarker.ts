import { LANDMARK_COUNT } from '@guise/frame';
import { VisionError } from '../errors.js';
import { toFrame, type Landmarker } from '../mesh/landmarker.js';
import { Network } from '../network.js';
import { regionToPatch } from '../patch/affine.js';
import { PatchReader } from '../patch/patch.js';
import type { NeuralSource } from '../types.js';

const SIDE = 192;

/**
 * Opens the model of role `landmarker`, to be used in the place of the built-in mesh (`createVision({ registry, landmarker })`). Contract:
 * input `input` 1×192×192×3, RGB 0–1, an upright crop of the face; outputs `landmarks` 1×478×3, x and y in pixels of the crop and z in the
 * same unit (MediaPipe's order), and `score` 1×1, a logit.
 * @throws ModelError when the registry has none, or refuses it
 */
export async function openLandmarker(registry: NeuralSource): Promise<Landmarker> {
  const network = await Network.open(registry, 'landmarker', [1, SIDE, SIDE, 3], 'input');
  const reader = new PatchReader({
    ...{ width: SIDE, height: SIDE, order: 'rgb', layout: 'interleaved', scale: 1 / 255, offset: 0 },
    outside: 'edge',
  });
  return {
    landmarks(frame, region) {
      const map = regionToPatch(region, SIDE, SIDE);
      return network.run(
        (input) => {
          reader.read(frame, map, input);
        },
        (outputs) => {
          const landmarks = outputs('landmarks').slice();
          if (landmarks.length !== LANDMARK_COUNT * 3)
            throw new VisionError('bad-model', `The landmarker gave no ${LANDMARK_COUNT} points.`);
          toFrame(landmarks, map);
          return { score: 1 / (1 + Math.exp(-(outputs('score')[0] ?? -Infinity))), landmarks };
        },
      );
    },
    close: () => network.close(),
  };
}
