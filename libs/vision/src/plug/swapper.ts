import { LANDMARK_COUNT, type I420Frame } from '@guise/frame';
import { Tensor } from 'onnxruntime-node';
import { VisionError } from '../errors.js';
import { ALIGNED_POINTS, alignmentPoints } from '../identity/face-template.js';
import { Network } from '../network.js';
import { fitSimilarity, type Point } from '../patch/affine.js';
import { checkFrame, PatchReader } from '../patch/patch.js';
import type { NeuralSource } from '../types.js';
import { pastePatch } from './paste-patch.js';

/** Values of an identity as swappers of the ArcFace family take it. */
export const IDENTITY_VALUES = 512;

/** A network that puts an identity on the face in a picture. */
export interface FaceSwapper {
  /**
   * Replaces the face in place. Nothing outside its aligned crop changes.
   * @param landmarks 478 × (x, y, z) of the face, in pixels of the frame
   * @param identity 512 values of unit length: whose face it becomes
   * @throws VisionError `bad-frame`, `bad-face`, `bad-model`
   */
  swap(frame: I420Frame, landmarks: Float32Array, identity: Float32Array): Promise<void>;
  close(): Promise<void>;
}

const SIDE = 128;
/** InsightFace's template for crops of 128: that of 112, moved to the right by 8 and not enlarged. */
const POINTS: readonly Point[] = ALIGNED_POINTS.map(([x, y]) => [x + 8, y]);

/**
 * Opens the model of role `swapper`. Contract (that of InsightFace's inswapper_128): inputs `target` 1×3×128×128, RGB 0–1, the aligned
 * face, and `source` 1×512; output `output` 1×3×128×128, RGB 0–1.
 * @throws ModelError when the registry has none, or refuses it
 */
export async function openSwapper(registry: NeuralSource): Promise<FaceSwapper> {
  const network = await Network.open(registry, 'swapper', [1, 3, SIDE, SIDE], 'target');
  const reader = new PatchReader({
    ...{ width: SIDE, height: SIDE, order: 'rgb', layout: 'planar', scale: 1 / 255, offset: 0 },
    outside: 'edge',
  });
  return {
    async swap(frame, landmarks, identity) {
      checkFrame(frame);
      if (landmarks.length !== LANDMARK_COUNT * 3 || !landmarks.every(Number.isFinite))
        throw new VisionError('bad-face', `A face needs ${LANDMARK_COUNT} finite landmarks.`);
      if (identity.length !== IDENTITY_VALUES || !identity.every(Number.isFinite))
        throw new VisionError('bad-face', `An identity has ${IDENTITY_VALUES} finite values.`);
      const map = fitSimilarity(POINTS, alignmentPoints(landmarks));
      await network.run(
        (input) => {
          reader.read(frame, map, input);
        },
        (outputs) => {
          const data = outputs('output');
          if (data.length !== 3 * SIDE * SIDE || !data.every(Number.isFinite))
            throw new VisionError('bad-model', 'The swapper gave no picture.');
          pastePatch(frame, { side: SIDE, data }, map);
        },
        { source: new Tensor('float32', identity, [1, IDENTITY_VALUES]) },
      );
    },
    close: () => network.close(),
  };
}
