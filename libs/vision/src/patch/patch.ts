import { i420Bytes, MAX_FRAME_SIDE, type I420Frame } from '@guise/frame';

import { VisionError } from '../errors.js';
import { SimdCutter } from '../kernels/simd-cutter.js';
import { openSimd } from '../kernels/simd-module.js';
import type { Affine } from './affine.js';
import { scalarCutter, type PatchCutter } from './patch-cutter.js';

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
 * Cuts patches out of I420 frames as network input: by the SIMD kernel where it runs, to the same values by the scalar code
 * elsewhere. Only the patch is converted to RGB, never the frame.
 */
export class PatchReader {
  constructor(
    readonly format: PatchFormat,
    private readonly cutter: PatchCutter = bestCutter(),
  ) {}

  /** Writes 3·width·height values to `out`. `map` leads from the patch to the frame. */
  read(frame: I420Frame, map: Affine, out: Float32Array): void {
    this.cutter.cut(frame, map, this.format, out);
  }
}

let best: PatchCutter | undefined;

/** One for all readers of this thread: it is never in two calls at once. */
function bestCutter(): PatchCutter {
  const simd = best === undefined ? openSimd() : null;
  return (best ??= simd === null ? scalarCutter : new SimdCutter(simd));
}
