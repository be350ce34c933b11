import type { BlendShares, TemporalBlender } from '../camera/temporal-blend.js';
import type { SimdExports } from './simd-module.js';

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** The blending of assembly/blend-samples.ts: the same values as `ScalarBlender`. One instance with its own memory per session. */
export class SimdBlender implements TemporalBlender {
  readonly memory: Int16Array;
  readonly #data: Uint8Array;

  constructor(
    private readonly simd: SimdExports,
    samples: number,
  ) {
    const memoryAt = aligned(simd.heapBase());
    const dataAt = aligned(memoryAt + 2 * samples);
    const missing = dataAt + samples - simd.memory.buffer.byteLength;
    if (missing > 0) simd.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.memory = new Int16Array(simd.memory.buffer, memoryAt, samples);
    this.#data = new Uint8Array(simd.memory.buffer, dataAt, samples);
  }

  blend(data: Uint8Array, lumaEnd: number, luma: BlendShares, chroma: BlendShares): void {
    this.#data.set(data);
    this.#blend(0, lumaEnd, luma);
    this.#blend(lumaEnd, data.length, chroma);
    data.set(this.#data);
  }

  #blend(from: number, to: number, { least, still, span, slope }: BlendShares): void {
    const [dataAt, memoryAt] = [this.#data.byteOffset + from, this.memory.byteOffset + 2 * from];
    this.simd.blendSamples(dataAt, memoryAt, to - from, least, still, span, slope);
  }
}
