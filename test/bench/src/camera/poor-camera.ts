import type { I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';

/** A room: how much of the light is there, and the spread of the sensor's noise in luma, code values; half of it in chroma. */
export interface Room {
  readonly name: string;
  readonly light: number;
  readonly sigma: number;
}

const NOISE_SAMPLES = 1 << 20;
const [NOISE_STEPS, SUMMED] = [16, 6];

/** Takes light from pictures and adds noise, the same in every run: no two pictures have the same noise. */
export class PoorCamera {
  /** Of spread 1, in sixteenths. */
  private readonly noise = normalNoise();
  private pictures = 0;

  constructor(private readonly room: Room) {}

  /** @returns what the sensor would give without noise, and with it */
  see({ width, height, data }: I420Frame): { readonly clean: I420Frame; readonly noisy: I420Frame } {
    const { light, sigma } = this.room;
    const luma = width * height;
    const clean = new Uint8Array(data.length);
    const noisy = new Uint8Array(data.length);
    // Far from where the pictures before began.
    let at = (this.pictures++ * 715_827_883) % NOISE_SAMPLES;
    for (let i = 0; i < data.length; i++) {
      const zero = i < luma ? 16 : 128;
      const code = zero + ((data[i] ?? 0) - zero) * light;
      const spread = i < luma ? sigma : sigma / 2;
      clean[i] = Math.round(code);
      noisy[i] = Math.max(
        1,
        Math.min(254, Math.round(code + (spread * (this.noise[at] ?? 0)) / NOISE_STEPS)),
      );
      at = at + 1 < NOISE_SAMPLES ? at + 1 : 0;
    }
    return { clean: { width, height, data: clean }, noisy: { width, height, data: noisy } };
  }
}

/** Sums of bytes are nearly normal. */
function normalNoise(): Int8Array {
  const random = createSeededRandom('poor camera');
  const unit = Math.sqrt((SUMMED * (256 ** 2 - 1)) / 12) / NOISE_STEPS;
  const bytes = random(SUMMED * NOISE_SAMPLES);
  return Int8Array.from({ length: NOISE_SAMPLES }, (_, i) => {
    let sum = -SUMMED * 127.5;
    for (let k = 0; k < SUMMED; k++) sum += bytes[i * SUMMED + k] ?? 0;
    return Math.max(-127, Math.min(127, Math.round(sum / unit)));
  });
}
