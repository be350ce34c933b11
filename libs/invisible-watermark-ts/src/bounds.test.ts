import { afterEach, describe, expect, test } from 'vitest';
import { CoarseSearch, KEPT_CANVAS_BYTES } from './coarse-search.js';
import { createStream, type TimedLumaFrame } from './detector-stream.js';
import { createDetector } from './detector.js';
import { nothingFound } from './detection.js';
import { type KernelChoice, selectKernels } from './kernels/select.js';
import { simdModule } from './kernels/simd-module.js';
import { Workspace } from './kernels/workspace.js';
import { deriveLayers } from './layers.js';
import { ResidualFilter } from './residual.js';
import { sweeps } from './search-space.js';
import { reachableBytes } from './testing/reachable-bytes.js';
import { requireSimd } from './testing/require-simd.js';
import { TEST_KEY } from './testing/marked-scene.js';
import type { LumaFrame } from './types.js';
import { FrameWindow, GridReaders, KEPT_FILTER_BYTES } from './window.js';

afterEach(() => {
  selectKernels('auto');
});

function textured(width: number, height: number): LumaFrame {
  const luma = Uint8Array.from({ length: width * height }, (_, i) => 60 + ((i * i) % 97));
  return { luma, width, height, stride: width };
}

/** Plans of resizers, and the pilot's two spectra. */
const PLANS_BYTES = 8 * 2 ** 20;
const kernelMemory = () => simdModule()?.memory.buffer;

const at = (frame: LumaFrame, timestampMs: number): TimedLumaFrame => ({ ...frame, timestampMs });

describe('memory', () => {
  test('fifty frame sizes leave no more behind than the bounds say', () => {
    const readers = new GridReaders();
    const coarse = new CoarseSearch(deriveLayers(TEST_KEY).pilot);
    let most = 0;
    for (let i = 0; i < 50; i++) {
      const size = { width: 320 + 20 * i, height: 900 - 12 * i };
      const window = new FrameWindow([textured(size.width, size.height)], readers);
      for (const { choice, guesses } of sweeps(size, 'scaled')) {
        const few = guesses.filter((_, index) => index % 60 === i);
        coarse.run(window, { choice, guesses: few }, Infinity);
      }
      const held = reachableBytes([readers, coarse], kernelMemory());
      expect(held).toBeLessThanOrEqual(KEPT_FILTER_BYTES + KEPT_CANVAS_BYTES + PLANS_BYTES);
      most = Math.max(most, held);
    }
    // the bounds were reached, so that something had to go
    expect(most).toBeGreaterThan(0.8 * (KEPT_FILTER_BYTES + KEPT_CANVAS_BYTES));
  }, 120_000);

  test.each<KernelChoice>(['auto', 'scalar'])('a filter says what it holds, kernels %s', (choice) => {
    selectKernels(choice);
    const filter = new ResidualFilter({ width: 300, height: 200 });
    const held = reachableBytes([filter], kernelMemory());
    expect(Math.abs(filter.bytes - held) / held).toBeLessThan(0.02);
  });

  test('kernels that get no more memory refuse with a typed error', () => {
    const workspace = new Workspace(requireSimd());
    const before = kernelMemory()?.byteLength;
    expect(() => workspace.bytes(2 ** 33)).toThrow(
      expect.objectContaining({ name: 'WatermarkError', code: 'out-of-memory' }),
    );
    expect(kernelMemory()?.byteLength).toBe(before);
  });
});

describe('a window', () => {
  const detector = createDetector({ key: TEST_KEY });

  test('holds frames of a minute at most, however sparse they are', () => {
    const frame = textured(64, 36);
    const sparse = (count: number) => Array.from({ length: count }, (_, i) => at(frame, 10_000 * i));
    expect(detector.detect(sparse(240), { search: 'aligned' }).found).toBe(false);
    expect(() => detector.detect(sparse(241), { search: 'aligned' })).toThrow(
      expect.objectContaining({ code: 'invalid-frames' }),
    );
  });
});

describe('a stream', () => {
  /** How many frames each window of a stream had, and the largest copy among them. */
  function windowsOf(frame: LumaFrame, count: number, options: { windowSeconds: number }) {
    const windows: { frames: number; lumaBytes: number }[] = [];
    const detect = (frames: readonly LumaFrame[]) => {
      windows.push({ frames: frames.length, lumaBytes: frames[0]?.luma.buffer.byteLength ?? 0 });
      return nothingFound({ frames: frames.length });
    };
    const stream = createStream({ detect, detectAll: () => [] }, { ...options, framesPerSecond: 60 });
    for (let i = 0; i < count; i++) stream.push(at(frame, 16 * i));
    stream.finish();
    return windows;
  }

  test('takes fewer frames of large pictures, evenly, and copies the picture alone', () => {
    const frame = { width: 4096, height: 2048, stride: 5000, luma: new Uint8Array(5000 * 2048) };
    expect(windowsOf(frame, 2 * 63, { windowSeconds: 1 })).toEqual([
      { frames: 32, lumaBytes: 4096 * 2048 },
      { frames: 32, lumaBytes: 4096 * 2048 },
    ]);
  });

  test('never fills a window beyond what a detector takes', () => {
    const [first] = windowsOf(textured(32, 32), 3700, { windowSeconds: 60 });
    expect(first?.frames).toBe(3600);
  });
});
