import type { I420Frame } from '@guise/frame';

import type { Affine } from '../patch/affine.js';
import { halved, scalarCutter, type PatchCutter } from '../patch/patch-cutter.js';
import type { PatchFormat } from '../patch/patch.js';
import { samplesPerPixel } from '../patch/plane-sampler.js';
import type { SimdExports } from './simd-module.js';

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
/** The kernel looks four pixels at a time. */
const LANES = 4;
/** Its positions are 16.16 in 32 bits: further out the scalar code does the work. */
const FARTHEST_PX = 16_000;
/** Rows kept above and below those that the patch reaches: a sample lies between two. */
const ROWS_AROUND = 2;

/** The rows of a frame that a patch reaches, in luma pixels. */
interface Reach {
  readonly top: number;
  readonly bottom: number;
}

/** Whole rows of a plane: `bytes` from `from` in the frame's data, with `skipped` bytes of the plane before them. */
interface Rows {
  readonly from: number;
  readonly bytes: number;
  readonly skipped: number;
  readonly stride: number;
}

/** The patch cutter of assembly/read-patch.ts. All patches share its memory, which grows to what the largest needs. */
export class SimdCutter implements PatchCutter {
  constructor(private readonly simd: SimdExports) {}

  cut(frame: I420Frame, map: Affine, format: PatchFormat, out: Float32Array): void {
    const reach = reachOf(map, format);
    if (reach === null || format.width % LANES !== 0) {
      scalarCutter.cut(frame, map, format, out);
      return;
    }
    const [lumaSamples, chromaSamples] = [samplesPerPixel(map), samplesPerPixel(halved(map))];
    const values = 3 * format.width * format.height;
    const starts = aligned(this.simd.heapBase());
    const result = aligned(starts + 8 * (lumaSamples ** 2 + chromaSamples ** 2));
    const [luma, u, v] = this.load(frame, reach, aligned(result + 4 * values));
    const { a, b, c, d, e, f } = map;
    this.simd.readPatch(
      ...([format.width, format.height, luma, u, v, frame.width, frame.height] as const),
      ...([a, b, c, d, e, f, lumaSamples, chromaSamples] as const),
      ...([format.outside === 'edge', format.layout === 'planar', format.order === 'bgr'] as const),
      ...([format.scale, format.offset, starts, result] as const),
    );
    out.set(new Float32Array(this.simd.memory.buffer, result, values));
  }

  /** Copies the rows that are reached. @returns where the planes' first samples would be */
  private load(frame: I420Frame, { top, bottom }: Reach, start: number): [number, number, number] {
    const { width, height, data } = frame;
    const [cw, ch] = [(width + 1) >> 1, (height + 1) >> 1];
    const half = { top: top / 2, bottom: bottom / 2 };
    const luma = rowsOf({ top, bottom }, 0, width, height);
    const u = rowsOf(half, width * height, cw, ch);
    const v = rowsOf(half, width * height + cw * ch, cw, ch);
    const uAt = start + roomOf(luma);
    const vAt = uAt + roomOf(u);
    this.reserve(vAt + roomOf(v));
    const memory = new Uint8Array(this.simd.memory.buffer);
    const keep = ({ from, bytes, skipped }: Rows, at: number): number => {
      memory.set(data.subarray(from, from + bytes), at);
      return at - skipped;
    };
    return [keep(luma, start), keep(u, uAt), keep(v, vAt)];
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.simd.memory.buffer.byteLength;
    if (missing > 0) this.simd.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

/** Null where the map leads too far out, or nowhere. */
function reachOf({ a, b, c, d, e, f }: Affine, { width, height }: PatchFormat): Reach | null {
  const corners = [
    [0, 0],
    [width + LANES, 0],
    [0, height],
    [width + LANES, height],
  ] as const;
  const rows = corners.map(([x, y]) => d * x + e * y + f);
  const isNear = (position: number): boolean => Math.abs(position) < FARTHEST_PX;
  if (!rows.every(isNear) || !corners.every(([x, y]) => isNear(a * x + b * y + c))) return null;
  return { top: Math.min(...rows), bottom: Math.max(...rows) };
}

function rowsOf({ top, bottom }: Reach, offset: number, stride: number, rows: number): Rows {
  const first = clamp(Math.floor(top) - ROWS_AROUND, rows - 1);
  const last = clamp(Math.ceil(bottom) + ROWS_AROUND, rows - 1);
  return {
    from: offset + first * stride,
    bytes: (last - first + 1) * stride,
    skipped: first * stride,
    stride,
  };
}

/** A row and some bytes beyond the last sample are read, with no weight. */
const roomOf = ({ bytes, stride }: Rows): number => aligned(bytes + stride + LANES);

const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

const clamp = (row: number, most: number): number => Math.max(0, Math.min(most, row));
