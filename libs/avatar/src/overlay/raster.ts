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

/** Widens every span a little so that neighbours leave no crack between them. */
const OVERLAP_PX = 0.02;

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
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area > -1e-4 && area < 1e-4) continue;
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      let left = Infinity;
      let right = -Infinity;
      if (ay <= py !== by <= py) {
        const x = ax + ((py - ay) / (by - ay)) * (bx - ax);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (by <= py !== cy <= py) {
        const x = bx + ((py - by) / (cy - by)) * (cx - bx);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (cy <= py !== ay <= py) {
        const x = cx + ((py - cy) / (ay - cy)) * (ax - cx);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      const first = Math.max(0, Math.ceil(left - 0.5 - OVERLAP_PX));
      const last = Math.min(width - 1, Math.floor(right - 0.5 + OVERLAP_PX));
      if (first > last) continue;
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
