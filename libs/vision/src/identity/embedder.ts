import type { I420Frame } from '@guise/frame';

import { Network } from '../network.js';
import { fitSimilarity } from '../patch/affine.js';
import { PatchReader } from '../patch/patch.js';
import type { ModelSource } from '../types.js';
import { unitLength } from './cosine.js';
import { ALIGNED_POINTS, ALIGNED_SIDE, alignmentPoints } from './face-template.js';

/** MobileFaceNet: an aligned face → 192 values whose cosine tells persons apart. */
export class FaceEmbedder {
  private readonly reader = new PatchReader({
    width: ALIGNED_SIDE,
    height: ALIGNED_SIDE,
    order: 'rgb',
    layout: 'interleaved',
    scale: 1 / 128,
    offset: -127.5 / 128,
    outside: 'black',
  });

  private constructor(private readonly network: Network) {}

  static async open(source: ModelSource): Promise<FaceEmbedder> {
    const shape = [1, ALIGNED_SIDE, ALIGNED_SIDE, 3];
    return new FaceEmbedder(await Network.open(source, 'face-embedding', shape));
  }

  /** Unit-length embedding of the face with these landmarks. */
  embed(frame: I420Frame, landmarks: Float32Array): Promise<Float32Array> {
    const map = fitSimilarity(ALIGNED_POINTS, alignmentPoints(landmarks));
    return this.network.run(
      (input) => {
        this.reader.read(frame, map, input);
      },
      (outputs) => unitLength(outputs('embeddings').slice(0, EMBEDDING_VALUES)),
    );
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

const EMBEDDING_VALUES = 192;
