import type { Box, I420Frame } from '@guise/frame';

/** A part of a picture that is not to be smoothed. */
export interface KeptPart {
  /** Remembers the part as it is now. @param part in pixels; null: none. What lies outside of the picture does not matter */
  keep(data: Uint8Array, part: Box | null): void;
  putBack(data: Uint8Array): void;
}

/** A run of rows of one plane. */
interface Rows {
  readonly start: number;
  readonly stride: number;
  readonly width: number;
  readonly count: number;
}

export function createKeptPart({ width, height }: Pick<I420Frame, 'width' | 'height'>): KeptPart {
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const saved = new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
  let rows: readonly Rows[] = [];

  const rowsOf = (part: Box): readonly Rows[] => {
    const left = Math.max(0, Math.floor(part.x / 2));
    const top = Math.max(0, Math.floor(part.y / 2));
    const right = Math.min(chromaWidth, Math.ceil((part.x + part.width) / 2));
    const bottom = Math.min(chromaHeight, Math.ceil((part.y + part.height) / 2));
    if (!(right > left && bottom > top)) return [];
    const chroma = (plane: number): Rows => ({
      start: width * height + plane * chromaWidth * chromaHeight + top * chromaWidth + left,
      ...{ stride: chromaWidth, width: right - left, count: bottom - top },
    });
    const luma: Rows = {
      ...{ start: 2 * top * width + 2 * left, stride: width },
      ...{ width: Math.min(width, 2 * right) - 2 * left, count: Math.min(height, 2 * bottom) - 2 * top },
    };
    return [luma, chroma(0), chroma(1)];
  };

  return {
    keep(data, part) {
      rows = part === null ? [] : rowsOf(part);
      for (const { start, stride, width: length, count } of rows)
        for (let row = 0, at = start; row < count; row++, at += stride)
          saved.set(data.subarray(at, at + length), at);
    },
    putBack(data) {
      for (const { start, stride, width: length, count } of rows)
        for (let row = 0, at = start; row < count; row++, at += stride)
          data.set(saved.subarray(at, at + length), at);
    },
  };
}
