import { toByte, type I420Frame, type I420Planes } from '@guise/frame';
import type { Layer } from './layer.js';

/** Writes the layer into the frame. The only step that changes the frame; pixels with mask 0 are not touched. */
export function compositeLayer(frame: I420Frame, planes: I420Planes, layer: Layer): void {
  compositeLuma(frame, planes.y, layer);
  const columns = Math.min(layer.chromaWidth, planes.chromaWidth - (layer.x >> 1));
  const rows = Math.min(layer.chromaHeight, planes.chromaHeight - (layer.y >> 1));
  for (let row = 0; row < rows; row++) {
    const from = row * layer.chromaWidth;
    const to = ((layer.y >> 1) + row) * planes.chromaWidth + (layer.x >> 1);
    for (let x = 0; x < columns; x++) {
      const m = layer.mask[from + x] ?? 0;
      if (m <= 0) continue;
      const u = planes.u[to + x] ?? 0;
      const v = planes.v[to + x] ?? 0;
      planes.u[to + x] = toByte(u + ((layer.u[from + x] ?? 0) - u) * m);
      planes.v[to + x] = toByte(v + ((layer.v[from + x] ?? 0) - v) * m);
    }
  }
}

/** The half-size mask is read between its samples, or its steps would show along the seam. */
function compositeLuma(frame: I420Frame, plane: Uint8Array, layer: Layer): void {
  const { mask, luma, chromaWidth, chromaHeight } = layer;
  const columns = Math.min(layer.width, frame.width - layer.x);
  const rows = Math.min(layer.height, frame.height - layer.y);
  for (let row = 0; row < rows; row++) {
    const near = (row >> 1) * chromaWidth;
    const other = row & 1 ? Math.min(chromaHeight - 1, (row >> 1) + 1) : Math.max(0, (row >> 1) - 1);
    const far = other * chromaWidth;
    const to = (layer.y + row) * frame.width + layer.x;
    for (let x = 0; x < columns; x++) {
      const a = x >> 1;
      const b = x & 1 ? Math.min(chromaWidth - 1, a + 1) : Math.max(0, a - 1);
      const own = mask[near + a] ?? 0;
      if (own <= 0) continue;
      const m =
        own * 0.5625 +
        ((mask[near + b] ?? 0) + (mask[far + a] ?? 0)) * 0.1875 +
        (mask[far + b] ?? 0) * 0.0625;
      const y = plane[to + x] ?? 0;
      plane[to + x] = toByte(y + ((luma[row * layer.width + x] ?? 0) - y) * m);
    }
  }
}
