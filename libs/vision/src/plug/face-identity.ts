import { LANDMARK_COUNT, type I420Frame } from '@guise/frame';
import { VisionError } from '../errors.js';
import { unitLength } from '../identity/cosine.js';
import { ALIGNED_POINTS, ALIGNED_SIDE, alignmentPoints } from '../identity/face-template.js';
import { Network } from '../network.js';
import { fitSimilarity } from '../patch/affine.js';
import { checkFrame, PatchReader } from '../patch/patch.js';
import type { NeuralSource } from '../types.js';
import { IDENTITY_VALUES } from './swapper.js';

/** A network that says whose face a swapper is to draw. Its values are never compared, sent or stored. */
export interface FaceIdentity {
  /**
   * @param landmarks 478 × (x, y, z) of the face, in pixels of the frame
   * @returns 512 values of unit length
   * @throws VisionError `bad-frame`, `bad-face`, `bad-model`
   */
  identify(frame: I420Frame, landmarks: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens the model of role `swapper-identity`: what the swapper beside it was trained with. Contract (that of ArcFace): input `input`
 * 1×3×112×112, RGB −1…1, the aligned face; output `embedding` 1×512. A swapper that wants it mapped (inswapper's `emap`) has that in this
 * graph, or in its own.
 * @throws ModelError when the registry has none, or refuses it
 */
export async function openFaceIdentity(registry: NeuralSource): Promise<FaceIdentity> {
  const network = await Network.open(
    registry,
    'swapper-identity',
    [1, 3, ALIGNED_SIDE, ALIGNED_SIDE],
    'input',
  );
  const reader = new PatchReader({
    ...{ width: ALIGNED_SIDE, height: ALIGNED_SIDE, order: 'rgb', layout: 'planar' },
    ...{ scale: 2 / 255, offset: -1, outside: 'black' },
  });
  return {
    async identify(frame, landmarks) {
      checkFrame(frame);
      if (landmarks.length !== LANDMARK_COUNT * 3 || !landmarks.every(Number.isFinite))
        throw new VisionError('bad-face', `A face needs ${LANDMARK_COUNT} finite landmarks.`);
      const map = fitSimilarity(ALIGNED_POINTS, alignmentPoints(landmarks));
      return network.run(
        (input) => {
          reader.read(frame, map, input);
        },
        (outputs) => {
          const values = outputs('embedding');
          if (values.length !== IDENTITY_VALUES || !(Math.hypot(...values) > 0))
            throw new VisionError('bad-model', 'The network of role swapper-identity gave no identity.');
          return unitLength(values.slice());
        },
      );
    },
    close: () => network.close(),
  };
}
