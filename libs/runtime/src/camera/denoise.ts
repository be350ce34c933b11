import { i420Bytes, type Box, type I420Frame } from '@guise/frame';
import { SimdBlender } from '../kernels/simd-blender.js';
import { openSimd } from '../kernels/simd-module.js';
import { createKeptPart } from './kept-part.js';
import { POINT, ScalarBlender, type BlendShares, type TemporalBlender } from './temporal-blend.js';

/**
 * Takes a camera's noise away along time: what stands still becomes the mean of its last pictures, what moves stays sharp. The face is
 * left as it is: it moves by less than the noise hides, and is measured.
 */
export interface Denoiser {
  /** In place. @param face where the face was last, pixels; null: none was seen */
  apply(frame: I420Frame, face: Box | null): void;
  /** The next picture begins anew: nothing of those before is in it. */
  forget(): void;
  /** Spread of the noise that was found in the luma, code values. */
  readonly lumaSigma: number;
}

/** Share of a new picture where nothing moves; alone it would leave a third of the noise. */
const LEAST_SHARE = 0.2;
/** A sample that differs by this many times the noise begins to be believed, and is believed wholly from there on. */
const [STILL, MOVED] = [1.5, 3];
/** A picture of more noise is not smoothed any further. What moves by less than 1.5 times of it may lag for some frames. */
const MAX_SIGMA = 8;

/** Room that a face has on each side, over its sides: heads turn, and the place is that of a picture before. */
const MARGIN = 0.25;

/** The noise is where this share of the absolute differences ends, however much of the rest moves; in spreads of a normal distribution. */
const QUANTILE = 0.25;
const QUANTILE_SIGMAS = 0.3186;
/** Every so many samples are looked at: some thousands, from all over the picture (a prime meets every column). */
const SPACING = 127;
/** How fast the estimate follows, from picture to picture. */
const FOLLOWS = 0.1;

/** @param size of every picture */
export function createDenoiser(
  { width, height }: Pick<I420Frame, 'width' | 'height'>,
  blender: TemporalBlender = fastestBlender(i420Bytes(width, height)),
): Denoiser {
  const { memory } = blender;
  const lumaEnd = width * height;
  const luma = new NoiseOf(memory, 0, lumaEnd);
  const chroma = new NoiseOf(memory, lumaEnd, memory.length);
  const kept = createKeptPart({ width, height });
  let isEmpty = true;
  return {
    get lumaSigma() {
      return luma.sigma;
    },
    apply({ data }, face) {
      if (isEmpty) {
        for (let i = 0; i < memory.length; i++) memory[i] = (data[i] ?? 0) << POINT;
        isEmpty = false;
        return;
      }
      kept.keep(data, face === null ? null : around(face));
      blender.blend(data, lumaEnd, luma.sharesFor(data), chroma.sharesFor(data));
      kept.putBack(data);
    },
    forget() {
      isEmpty = true;
    },
  };
}

function around({ x, y, width, height }: Box): Box {
  const [beside, above] = [MARGIN * width, MARGIN * height];
  return { x: x - beside, y: y - above, width: width + 2 * beside, height: height + 2 * above };
}

function fastestBlender(samples: number): TemporalBlender {
  const simd = openSimd();
  return simd === null ? new ScalarBlender(samples) : new SimdBlender(simd, samples);
}

/** The noise of one kind of samples. */
class NoiseOf {
  sigma = 0;
  #isKnown = false;
  readonly #histogram = new Uint32Array(256);

  constructor(
    private readonly memory: Int16Array,
    private readonly from: number,
    private readonly to: number,
  ) {}

  /** How this picture is to enter the memory. */
  sharesFor(data: Uint8Array): BlendShares {
    this.#estimate(data);
    return sharesOf(this.sigma);
  }

  #estimate(data: Uint8Array): void {
    const histogram = this.#histogram.fill(0);
    let count = 0;
    for (let i = this.from; i < this.to; i += SPACING, count++) {
      const difference = Math.abs((data[i] ?? 0) - Math.round((this.memory[i] ?? 0) / (1 << POINT)));
      histogram[difference] = (histogram[difference] ?? 0) + 1;
    }
    const found = quantile(histogram, QUANTILE * count) / QUANTILE_SIGMAS;
    // The spread of a sample and its memory together; the memory has a rest of noise of its own.
    const sigma = Math.min(MAX_SIGMA, found / Math.sqrt(1 + LEAST_SHARE / (2 - LEAST_SHARE)));
    this.sigma = this.#isKnown ? this.sigma + FOLLOWS * (sigma - this.sigma) : sigma;
    this.#isKnown = true;
  }
}

const [ONE, CODE] = [32_767, 1 << POINT];

function sharesOf(sigma: number): BlendShares {
  const least = Math.round(ONE * LEAST_SHARE);
  const span = Math.max(1, Math.round((MOVED - STILL) * sigma * CODE));
  return { least, still: Math.round(STILL * sigma * CODE), span, slope: Math.floor((ONE - least) / span) };
}

/** Where so many of the counted differences end, between whole code values. */
function quantile(histogram: Uint32Array, rank: number): number {
  let before = 0;
  for (let value = 0; value < 256; value++) {
    const here = histogram[value] ?? 0;
    if (here > 0 && before + here >= rank) {
      // A difference of 0 stands for 0 to ½, one of 1 for ½ to 1½, and so on.
      const part = (rank - before) / here;
      return value === 0 ? part / 2 : value - 0.5 + part;
    }
    before += here;
  }
  return 255;
}
