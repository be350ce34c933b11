import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  createDetector,
  createEmbedder,
  createEpochChain,
  type KernelChoice,
  type LumaFrame,
  selectKernels,
} from 'invisible-watermark-ts';

const WIDTH = 640;
const HEIGHT = 360;
const SESSION = 11_223_344_556_677;
/** Ten frames a second, two seconds: the second one begins with a fade. */
const FRAMES = 20;
const KEY = new Uint8Array(32).fill(7);

/** What is compared between platforms. */
export interface Outcome {
  readonly kernels: 'simd' | 'scalar';
  /** SHA-256 of every marked luma plane. */
  readonly marked: readonly string[];
  readonly session: number | null;
  readonly epochHint: number | null;
  readonly toFrame: readonly number[];
  readonly confidenceLog10: number | null;
  readonly tagZ: number;
}

/** Marks a synthetic clip and reads it back; the same code in Node and in a browser worker. */
export function embedAndDetect(choice: KernelChoice): Outcome {
  const kernels = selectKernels(choice);
  const chain = createEpochChain(new Uint8Array(32).fill(9), 60);
  const embedder = createEmbedder({
    key: KEY,
    session: SESSION,
    epochKey: (epoch) => chain.keyOf(epoch),
    width: WIDTH,
    height: HEIGHT,
  });
  const frames = Array.from({ length: FRAMES }, (_, index) => pictureAt(index));
  for (const { luma, timestampMs } of frames) embedder.embed(luma, WIDTH, epochAt(timestampMs), timestampMs);
  const detector = createDetector({ key: KEY });
  const { payload, geometry, epochs, confidenceLog10 } = detector.detect(frames, { search: 'aligned' });
  const [section] = epochs;
  return {
    kernels,
    marked: frames.map(({ luma }) => bytesToHex(sha256(luma))),
    session: payload?.session ?? null,
    epochHint: payload?.epochHint ?? null,
    toFrame: geometry?.toFrame ?? [],
    confidenceLog10,
    tagZ: section === undefined ? 0 : detector.verifyEpochSection(section, chain.keyOf(section.epochHint)).z,
  };
}

function epochAt(timestampMs: number): number {
  return 42 + Math.floor(timestampMs / 1000);
}

/** A shaded picture with texture that moves; integers only, so that every engine draws the same. */
function pictureAt(index: number): LumaFrame & { timestampMs: number } {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  let state = 1;
  for (let i = 0; i < luma.length; i++) {
    const x = (i % WIDTH) + 3 * index;
    const y = Math.floor(i / WIDTH);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const texture = ((x >> 3) * 37 + (y >> 3) * 59) % 61;
    luma[i] = 60 + ((x + y) >> 4) + texture + (state >>> 29);
  }
  return { luma, width: WIDTH, height: HEIGHT, stride: WIDTH, timestampMs: index * 100 };
}
