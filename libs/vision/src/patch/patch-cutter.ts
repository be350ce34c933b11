import type { I420Frame } from '@guise/frame';

import type { Affine } from './affine.js';
import { CHROMA_ZERO, LUMA_BLACK, writeColours } from './colours.js';
import type { PatchFormat } from './patch.js';
import { samplePlane, type Outside } from './plane-sampler.js';

/** Cuts one patch out of a frame. Every cutter gives the same values for the same frame, map and format. */
export interface PatchCutter {
  /** Writes 3·width·height values to `out`. `map` leads from the patch to the frame. */
  cut(frame: I420Frame, map: Affine, format: PatchFormat, out: Float32Array): void;
}

/** The same map for a plane of half the size (chroma sits in the middle of its four luma pixels). */
export function halved(map: Affine): Affine {
  return { a: map.a / 2, b: map.b / 2, c: map.c / 2, d: map.d / 2, e: map.e / 2, f: map.f / 2 };
}

/** Slow and readable, for any map: the oracle. */
export const scalarCutter: PatchCutter = {
  cut({ width: w, height: h, data }, map, format, out) {
    const { width, height } = format;
    const plane = (offset: number, columns: number, rows: number, through: Affine, black: number) => {
      const values = new Float32Array(width * height);
      const outside: Outside = format.outside === 'edge' ? 'edge' : black;
      samplePlane({ data, offset, width: columns, height: rows }, through, width, height, outside, values);
      return values;
    };
    const [cw, ch] = [(w + 1) >> 1, (h + 1) >> 1];
    const half = halved(map);
    const luma = plane(0, w, h, map, LUMA_BLACK);
    const u = plane(w * h, cw, ch, half, CHROMA_ZERO);
    const v = plane(w * h + cw * ch, cw, ch, half, CHROMA_ZERO);
    writeColours(format, [luma, u, v], out);
  },
};
