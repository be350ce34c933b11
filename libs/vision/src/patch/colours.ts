import type { PatchFormat } from './patch.js';

export const LUMA_BLACK = 16;
export const CHROMA_ZERO = 128;

const f32 = Math.fround;
const [LIGHT, RED, GREEN_U, GREEN_V, BLUE] = [1.164384, 1.792741, 0.213249, 0.532909, 2.112402].map(f32) as [
  number,
  number,
  number,
  number,
  number,
];

/**
 * BT.709 limited range → RGB 0–255 (ITU-R BT.709-6 §3, 8-bit quantisation), clamped, then scale and offset. Every operation
 * is rounded to 32 bits: oracle of assembly/read-patch.ts.
 */
export function writeColours(
  format: PatchFormat,
  [luma, us, vs]: readonly [Float32Array, Float32Array, Float32Array],
  out: Float32Array,
): void {
  const pixels = format.width * format.height;
  const [scale, offset] = [f32(format.scale), f32(format.offset)];
  const [step, channel] = format.layout === 'planar' ? [1, pixels] : [3, 1];
  const red = format.order === 'rgb' ? 0 : 2 * channel;
  const blue = format.order === 'rgb' ? 2 * channel : 0;
  const valueOf = (colour: number): number =>
    f32(f32(Math.min(255, Math.max(0, f32(colour))) * scale) + offset);
  for (let i = 0, k = 0; i < pixels; i++, k += step) {
    const light = f32(LIGHT * f32((luma[i] ?? 0) - LUMA_BLACK));
    const u = f32((us[i] ?? 0) - CHROMA_ZERO);
    const v = f32((vs[i] ?? 0) - CHROMA_ZERO);
    out[k + red] = valueOf(light + f32(RED * v));
    out[k + channel] = valueOf(f32(light - f32(GREEN_U * u)) - f32(GREEN_V * v));
    out[k + blue] = valueOf(light + f32(BLUE * u));
  }
}
