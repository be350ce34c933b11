import { i420Bytes, MAX_FRAME_SIDE, type I420Frame } from '@guise/frame';

import { VisionError } from '../errors.js';
import type { Affine } from './affine.js';
import { samplePlane, type Outside } from './plane-sampler.js';

/** How a network wants its picture. */
export interface PatchFormat {
  readonly width: number;
  readonly height: number;
  readonly order: 'rgb' | 'bgr';
  /** `interleaved`: NHWC; `planar`: NCHW. */
  readonly layout: 'interleaved' | 'planar';
  /** Network value of a channel value 0–255: value · scale + offset. */
  readonly scale: number;
  readonly offset: number;
  /** What lies outside the frame: black, or the frame's edge pixels carried on. */
  readonly outside: 'black' | 'edge';
}

/** Throws `bad-frame` unless size and data of the frame belong together. */
export function checkFrame(frame: I420Frame): void {
  const { width, height, data } = frame;
  const sizeOk = [width, height].every(
    (side) => Number.isInteger(side) && side >= 1 && side <= MAX_FRAME_SIDE,
  );
  if (!sizeOk)
    throw new VisionError('bad-frame', `A frame of ${width}×${height} pixels cannot be looked at.`);
  if (data.length < i420Bytes(width, height)) {
    throw new VisionError(
      'bad-frame',
      `A ${width}×${height} I420 frame needs ${i420Bytes(width, height)} bytes, not ${data.length}.`,
    );
  }
}

/**
 * Cuts patches out of I420 frames as network input. Only the patch is converted to RGB, never the frame.
 * Owns scratch planes of one patch, so an instance serves one format and one call at a time.
 */
export class PatchReader {
  private readonly planes: readonly [Float32Array, Float32Array, Float32Array];

  constructor(readonly format: PatchFormat) {
    const pixels = format.width * format.height;
    this.planes = [new Float32Array(pixels), new Float32Array(pixels), new Float32Array(pixels)];
  }

  /** Writes 3·width·height values to `out`. `map` leads from the patch to the frame. */
  read(frame: I420Frame, map: Affine, out: Float32Array): void {
    const { width, height, outside } = this.format;
    const [luma, u, v] = this.planes;
    const beyond = (black: number): Outside => (outside === 'edge' ? 'edge' : black);
    const { width: w, height: h, data } = frame;
    samplePlane({ data, offset: 0, width: w, height: h }, map, width, height, beyond(LUMA_BLACK), luma);
    const [cw, ch] = [(w + 1) >> 1, (h + 1) >> 1];
    const half = halved(map);
    const grey = beyond(CHROMA_ZERO);
    samplePlane({ data, offset: w * h, width: cw, height: ch }, half, width, height, grey, u);
    samplePlane({ data, offset: w * h + cw * ch, width: cw, height: ch }, half, width, height, grey, v);
    this.writeColours(luma, u, v, out);
  }

  /** BT.709 limited range → RGB 0–255 (ITU-R BT.709-6 §3, 8-bit quantisation), clamped, then scale and offset. */
  private writeColours(luma: Float32Array, us: Float32Array, vs: Float32Array, out: Float32Array): void {
    const { order, layout, scale, offset } = this.format;
    const pixels = luma.length;
    const step = layout === 'planar' ? 1 : 3;
    const channel = layout === 'planar' ? pixels : 1;
    const red = order === 'rgb' ? 0 : 2 * channel;
    const blue = order === 'rgb' ? 2 * channel : 0;
    for (let i = 0, k = 0; i < pixels; i++, k += step) {
      const y = 1.164384 * ((luma[i] ?? 0) - LUMA_BLACK);
      const u = (us[i] ?? 0) - CHROMA_ZERO;
      const v = (vs[i] ?? 0) - CHROMA_ZERO;
      out[k + red] = clamp255(y + 1.792741 * v) * scale + offset;
      out[k + channel] = clamp255(y - 0.213249 * u - 0.532909 * v) * scale + offset;
      out[k + blue] = clamp255(y + 2.112402 * u) * scale + offset;
    }
  }
}

const LUMA_BLACK = 16;
const CHROMA_ZERO = 128;

/** The same map for a plane of half the size (chroma sits in the middle of its four luma pixels). */
function halved(map: Affine): Affine {
  return { a: map.a / 2, b: map.b / 2, c: map.c / 2, d: map.d / 2, e: map.e / 2, f: map.f / 2 };
}

function clamp255(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
