import { afterEach, expect, test } from 'vitest';
import { createEmbedder } from '../embedder.js';
import { TEST_CHAIN, TEST_KEY } from '../testing/marked-scene.js';
import { randomNumbers } from '../testing/natural-scene.js';
import { type KernelChoice, selectKernels } from './select.js';

afterEach(() => {
  selectKernels('auto');
});

test.each([
  [160, 90, 160, 24],
  [90, 160, 91, 24],
  [162, 94, 163, 24],
  [640, 360, 701, 24],
  [1280, 720, 1280, 4],
  [854, 480, 855, 8],
  [3840, 2160, 3841, 2],
  [2160, 3840, 2160, 2],
])(
  '%i×%i frames in rows of %i bytes are marked alike with and without SIMD',
  (width, height, stride, frames) => {
    const random = randomNumbers(width * height);
    const picture = Uint8Array.from({ length: stride * height }, (_, i) => {
      const x = i % stride;
      return Math.min(255, 20 + (x >> 4) + ((i * i) % 61) * (x > width / 2 ? 1 : 0) + 4 * random());
    });
    const clip = (choice: KernelChoice) => {
      selectKernels(choice);
      const embedder = createEmbedder({
        key: TEST_KEY,
        session: 5,
        epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
        width,
        height,
      });
      return Array.from({ length: frames }, (_, index) => {
        const luma = picture.slice();
        // the second epoch begins with a fade
        embedder.embed(luma, stride, Math.floor((2 * index) / frames), 33 * index);
        return luma;
      });
    };
    const [simd, scalar] = [clip('auto'), clip('scalar')];
    simd.forEach((luma, index) => {
      expect(Buffer.compare(luma, scalar[index] ?? luma.subarray(1))).toBe(0);
      expect(Buffer.compare(luma, picture)).not.toBe(0);
    });
  },
);
