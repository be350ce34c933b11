import { POLAR_LENGTH, POLAR_LIST_SIZE } from './format.js';
import { INFORMATION_SET, type KeyedLayers } from './layers.js';
import { parsePayloadBits } from './payload.js';
import { polarEncode } from './polar.js';
import { PolarListDecoder } from './polar-list-decoder.js';

/** The weakest signal that soft decisions are scaled for, in noise deviations per coded bit, squared. */
const LEAST_SIGNAL_ENERGY = 0.02;

export interface PayloadReading {
  readonly session: number;
  /** Correlation of the whole codeword with the chips. */
  readonly z: number;
}

/** Soft-decodes layer A. */
export class PayloadReader {
  private readonly decoder = new PolarListDecoder(POLAR_LENGTH, INFORMATION_SET, POLAR_LIST_SIZE);
  private readonly chipsPerBit = new Float32Array(POLAR_LENGTH);
  /** Chips times their signs, added up per coded bit. */
  private readonly sums = new Float64Array(POLAR_LENGTH);
  private readonly llr = new Float32Array(POLAR_LENGTH);

  constructor(private readonly layers: KeyedLayers) {
    for (const bit of layers.codedBitOfChip) this.chipsPerBit[bit] = (this.chipsPerBit[bit] ?? 0) + 1;
  }

  /** Reads unit-variance soft chips: of the candidates with a valid CRC the clearest; null without one. */
  read(values: Float32Array): PayloadReading | null {
    return this.tryAll(values).payload;
  }

  /** The same with the z of the clearest candidate, valid or not: what chance makes of all 2^60 words. */
  tryAll(values: Float32Array): { payload: PayloadReading | null; clearestZ: number } {
    let payload: PayloadReading | null = null;
    let clearestZ = -Infinity;
    for (const bits of this.candidates(values)) {
      const z = this.zOf(bits, values.length);
      clearestZ = Math.max(clearestZ, z);
      const session = parsePayloadBits(bits);
      if (session !== null && z > (payload?.z ?? -Infinity)) payload = { session, z };
    }
    return { payload, clearestZ };
  }

  private candidates(values: Float32Array): Uint8Array[] {
    this.despread(values);
    return this.decoder.decode(this.logLikelihoods());
  }

  private despread(values: Float32Array): void {
    const { sums, layers } = this;
    sums.fill(0);
    for (let chip = 0; chip < values.length; chip++) {
      const bit = layers.codedBitOfChip[chip] ?? 0;
      sums[bit] = (sums[bit] ?? 0) + (values[chip] ?? 0) * (layers.payloadSigns[chip] ?? 0);
    }
  }

  /** Correlation of a word's codeword with the chips, in standard deviations: all chips of a coded bit turn together. */
  private zOf(bits: Uint8Array, chips: number): number {
    const codeword = polarEncode(POLAR_LENGTH, INFORMATION_SET, bits);
    const sum = this.sums.reduce((total, value, bit) => total + (codeword[bit] === 1 ? -value : value), 0);
    return sum / Math.sqrt(chips);
  }

  /** Unit noise per coded bit; the common amplitude μ comes from the mean square, 1 + μ². LLR = 2μy. */
  private logLikelihoods(): Float32Array {
    const { sums, llr, chipsPerBit } = this;
    let energy = 0;
    for (let bit = 0; bit < POLAR_LENGTH; bit++) {
      llr[bit] = (sums[bit] ?? 0) / Math.sqrt(chipsPerBit[bit] ?? 1);
      energy += (llr[bit] ?? 0) ** 2;
    }
    const amplitude = Math.sqrt(Math.max(energy / POLAR_LENGTH - 1, LEAST_SIGNAL_ENERGY));
    for (let bit = 0; bit < POLAR_LENGTH; bit++) llr[bit] = 2 * amplitude * (llr[bit] ?? 0);
    return llr;
  }
}
