/** Bits of the memory below a code value, so that small differences are not rounded away for ever. */
export const POINT = 7;
const HALF = 1 << (POINT - 1);

/**
 * How much of a sample enters the memory, by how far it lies from it. Shares are in 1/32768, distances in 1/128 of a code value; no
 * share exceeds 32767: `least + span · slope`.
 */
export interface BlendShares {
  readonly least: number;
  /** Up to this distance the least enters. */
  readonly still: number;
  /** From there on it grows by `slope`, over this distance. */
  readonly span: number;
  readonly slope: number;
}

/** A running mean of every sample of a picture. */
export interface TemporalBlender {
  /** Seven bits below a code value. Written by whoever begins anew. */
  readonly memory: Int16Array;
  /** Takes the picture in, and writes the memory into it: samples before `lumaEnd` by one rule, the others by another. */
  blend(data: Uint8Array, lumaEnd: number, luma: BlendShares, chroma: BlendShares): void;
}

/** The oracle of assembly/blend-samples.ts. */
export class ScalarBlender implements TemporalBlender {
  readonly memory: Int16Array;

  constructor(samples: number) {
    this.memory = new Int16Array(samples);
  }

  blend(data: Uint8Array, lumaEnd: number, luma: BlendShares, chroma: BlendShares): void {
    this.#blend(data, 0, lumaEnd, luma);
    this.#blend(data, lumaEnd, data.length, chroma);
  }

  #blend(data: Uint8Array, from: number, to: number, { least, still, span, slope }: BlendShares): void {
    const { memory } = this;
    for (let i = from; i < to; i++) {
      const before = memory[i] ?? 0;
      const step = ((data[i] ?? 0) << POINT) - before;
      const beyond = Math.min(Math.max(Math.abs(step) - still, 0), span);
      const now = before + ((step * (least + beyond * slope) + 0x4000) >> 15);
      memory[i] = now;
      data[i] = (now + HALF) >> POINT;
    }
  }
}
