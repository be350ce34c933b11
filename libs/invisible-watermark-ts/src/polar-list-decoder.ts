import { selectedSimd } from './kernels/select.js';
import { SimdPolarListDecoder } from './kernels/simd-polar-list.js';
import { ScalarPolarListDecoder } from './polar-list-scalar.js';

/** Successive-cancellation list decoder of one polar code: 32 bits a path metric, whichever arithmetic runs. */
export class PolarListDecoder {
  private readonly engine: ScalarPolarListDecoder | SimdPolarListDecoder;

  /** `length` is a power of two, `informationSet` ascending. */
  constructor(
    readonly length: number,
    informationSet: Uint16Array,
    listSize: number,
  ) {
    const simd = selectedSimd();
    this.engine =
      simd === null
        ? new ScalarPolarListDecoder(length, informationSet, listSize)
        : new SimdPolarListDecoder(simd, length, informationSet, listSize);
  }

  /** Candidate information words, most likely first. A positive log-likelihood ratio speaks for bit 0. */
  decode(llr: Float32Array): Uint8Array[] {
    return this.engine.decode(llr);
  }
}
