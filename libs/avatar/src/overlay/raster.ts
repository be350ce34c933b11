import { TriangleScan } from '../mesh/triangle-scan.js';

/** One value per vertex, and the picture of it that the rasteriser draws. */
export interface Attribute {
  readonly vertex: Float32Array;
  readonly out: Float32Array;
}

/** Where triangles are drawn: positions are continuous, pixel centres at half-integers. */
export interface RasterGrid {
  readonly width: number;
  readonly height: number;
}

/**
 * Draws triangles in the given order, later over earlier, interpolating every attribute linearly.
 * Triangles are cut at the grid's border. Positions must be finite.
 */
export function rasterizeAttributes(
  grid: RasterGrid,
  triangles: Uint16Array,
  xs: Float32Array,
  ys: Float32Array,
  attributes: readonly Attribute[],
): void {
  const { width, height } = grid;
  const scan = new TriangleScan(width, height);
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const a = triangles[t] ?? 0;
    const b = triangles[t + 1] ?? 0;
    const c = triangles[t + 2] ?? 0;
    const ax = xs[a] ?? 0;
    const ay = ys[a] ?? 0;
    const bx = xs[b] ?? 0;
    const by = ys[b] ?? 0;
    const cx = xs[c] ?? 0;
    const cy = ys[c] ?? 0;
    if (!scan.start(ax, ay, bx, by, cx, cy)) continue;
    const { area } = scan;
    for (let y = scan.top; y <= scan.bottom; y++) {
      if (!scan.row(y)) continue;
      const { first, last } = scan;
      const py = y + 0.5;
      // Barycentric weights of b and c at the first pixel centre, and their step along the row.
      const px = first + 0.5;
      const wb = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area;
      const wc = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area;
      const sb = (cy - ay) / area;
      const sc = -(by - ay) / area;
      for (let k = 0; k < attributes.length; k++) {
        const attribute = attributes[k];
        if (attribute === undefined) continue;
        const { vertex, out } = attribute;
        const va = vertex[a] ?? 0;
        const db = (vertex[b] ?? 0) - va;
        const dc = (vertex[c] ?? 0) - va;
        let value = va + wb * db + wc * dc;
        const step = sb * db + sc * dc;
        const row = y * width;
        for (let x = first; x <= last; x++) {
          out[row + x] = value;
          value += step;
        }
      }
    }
  }
}

/** Orders triangles from far to near by their mean depth (z grows away from the camera); ties keep their order. */
export function sortFarToNear(
  triangles: Uint16Array,
  landmarks: Float32Array,
  order: Uint16Array,
  depth: Float32Array,
  out: Uint16Array,
): void {
  for (let k = 0; k < order.length; k++) {
    order[k] = k;
    depth[k] =
      (landmarks[(triangles[k * 3] ?? 0) * 3 + 2] ?? 0) +
      (landmarks[(triangles[k * 3 + 1] ?? 0) * 3 + 2] ?? 0) +
      (landmarks[(triangles[k * 3 + 2] ?? 0) * 3 + 2] ?? 0);
  }
  order.sort((i, j) => (depth[j] ?? 0) - (depth[i] ?? 0) || i - j);
  for (let k = 0; k < order.length; k++) {
    const source = (order[k] ?? 0) * 3;
    out[k * 3] = triangles[source] ?? 0;
    out[k * 3 + 1] = triangles[source + 1] ?? 0;
    out[k * 3 + 2] = triangles[source + 2] ?? 0;
  }
}
