import { describe, expect, it } from 'vitest';
import { decodeFloat16, decodeFloat16s } from './float16.js';

describe('decodeFloat16', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x03ff, (1023 / 1024) * 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('decodes %i', (bits, value) => {
    expect(decodeFloat16(bits)).toBe(value);
  });

  it('keeps the sign of zero and makes NaN', () => {
    expect(decodeFloat16(0x8000)).toBe(-0);
    expect(decodeFloat16(0x7e01)).toBeNaN();
  });

  it('rises strictly over all finite positive values, all exact in float32', () => {
    const bytes = new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, i) => i).buffer);
    const values = decodeFloat16s(bytes);
    const falling = values.findIndex((value, bits) => bits > 0 && value <= (values[bits - 1] ?? NaN));
    expect(falling).toBe(-1);
    expect(values.findIndex((value, bits) => value !== decodeFloat16(bits))).toBe(-1);
  });
});
