/** Steps of a lid or lip table across the opening. */
const STEPS = 48;
/** Tables reach this far beyond the corners, in widths of the opening. */
const REACH = 0.62;

/**
 * An opening in the face (between lids, between lips), in its own frame: `u` runs from the corner on the picture's
 * left (−0.5) to that on the right (0.5), `v` is pixels across, growing downwards.
 */
export interface Aperture {
  readonly centreX: number;
  readonly centreY: number;
  /** Unit vector from corner to corner. */
  readonly axisX: number;
  readonly axisY: number;
  readonly widthPx: number;
  /** Largest distance between the edges. */
  readonly heightPx: number;
  /** No edge is further than this from the line between the corners. */
  readonly reachPx: number;
  /** `v` of the upper and lower edge at evenly spaced `u` from −0.62 to 0.62. */
  readonly upper: Float32Array;
  readonly lower: Float32Array;
}

/** Reads an opening from a ring whose first half runs along the upper edge from left to right. */
export function measureAperture(xs: Float32Array, ys: Float32Array, ring: readonly number[]): Aperture {
  const half = ring.length >> 1;
  const left = ring[0] ?? 0;
  const right = ring[half] ?? 0;
  const dx = (xs[right] ?? 0) - (xs[left] ?? 0);
  const dy = (ys[right] ?? 0) - (ys[left] ?? 0);
  const widthPx = Math.max(1e-3, Math.sqrt(dx * dx + dy * dy));
  const frame = {
    centreX: ((xs[left] ?? 0) + (xs[right] ?? 0)) / 2,
    centreY: ((ys[left] ?? 0) + (ys[right] ?? 0)) / 2,
    axisX: dx / widthPx,
    axisY: dy / widthPx,
    widthPx,
  };
  const local = (vertex: number): readonly [number, number] =>
    toAperture(frame, xs[vertex] ?? 0, ys[vertex] ?? 0);
  const upper = tabulate(ring.slice(0, half + 1).map(local));
  const lower = tabulate([...ring.slice(half), left].reverse().map(local));
  let heightPx = 0;
  let reachPx = 0;
  for (let i = 0; i <= STEPS; i++) {
    heightPx = Math.max(heightPx, (lower[i] ?? 0) - (upper[i] ?? 0));
    reachPx = Math.max(reachPx, Math.abs(lower[i] ?? 0), Math.abs(upper[i] ?? 0));
  }
  return { ...frame, heightPx, reachPx, upper, lower };
}

/** Pixels of a grid (`step` frame pixels each, corner at `x`, `y`) that may lie within an opening or `marginPx` around it. */
export function apertureBounds(
  aperture: Aperture,
  marginPx: number,
  grid: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  step: 1 | 2,
): { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number } {
  const along = aperture.widthPx / 2 + marginPx;
  const across = aperture.reachPx + marginPx;
  const [ax, ay] = [Math.abs(aperture.axisX), Math.abs(aperture.axisY)];
  const halfX = along * ax + across * ay;
  const halfY = along * ay + across * ax;
  return {
    x0: Math.max(0, Math.floor((aperture.centreX - halfX - grid.x) / step) - 1),
    x1: Math.min(grid.width / step - 1, Math.ceil((aperture.centreX + halfX - grid.x) / step)),
    y0: Math.max(0, Math.floor((aperture.centreY - halfY - grid.y) / step) - 1),
    y1: Math.min(grid.height / step - 1, Math.ceil((aperture.centreY + halfY - grid.y) / step)),
  };
}

/** (u, v) of a point. */
export function toAperture(
  frame: Pick<Aperture, 'centreX' | 'centreY' | 'axisX' | 'axisY' | 'widthPx'>,
  x: number,
  y: number,
): readonly [u: number, v: number] {
  const dx = x - frame.centreX;
  const dy = y - frame.centreY;
  return [(dx * frame.axisX + dy * frame.axisY) / frame.widthPx, dy * frame.axisX - dx * frame.axisY];
}

/** Edge position at `u`, linear between table steps; beyond the table its last value. */
export function edgeAt(table: Float32Array, u: number): number {
  const t = ((u + REACH) / (2 * REACH)) * STEPS;
  if (!(t > 0)) return table[0] ?? 0;
  if (t >= STEPS) return table[STEPS] ?? 0;
  const i = t | 0;
  return (table[i] ?? 0) + ((table[i + 1] ?? 0) - (table[i] ?? 0)) * (t - i);
}

/** Distance from a point to the nearer edge, pixels; negative outside the opening. */
export function insideBy(aperture: Aperture, u: number, v: number): number {
  const ends = (0.5 - Math.abs(u)) * aperture.widthPx;
  const above = v - edgeAt(aperture.upper, u);
  const below = edgeAt(aperture.lower, u) - v;
  return Math.min(ends, above, below);
}

/** Values of a left-to-right line of points at the table's steps. Points that run back are skipped. */
function tabulate(line: readonly (readonly [number, number])[]): Float32Array {
  const ordered: (readonly [number, number])[] = [];
  for (const point of line) {
    const last = ordered.at(-1);
    if (last === undefined || point[0] > last[0] + 1e-6) ordered.push(point);
  }
  const table = new Float32Array(STEPS + 1);
  let k = 0;
  for (let i = 0; i <= STEPS; i++) {
    const u = -REACH + (2 * REACH * i) / STEPS;
    while (k + 1 < ordered.length - 1 && u > (ordered[k + 1]?.[0] ?? 0)) k += 1;
    const [u0, v0] = ordered[k] ?? [0, 0];
    const [u1, v1] = ordered[k + 1] ?? [u0 + 1, v0];
    const t = Math.min(1, Math.max(0, (u - u0) / (u1 - u0)));
    table[i] = v0 + (v1 - v0) * t;
  }
  return table;
}
