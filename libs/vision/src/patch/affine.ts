/**
 * Affine map from patch to frame: x' = a·x + b·y + c, y' = d·x + e·y + f.
 * Both sides are continuous coordinates: pixel i covers [i, i + 1), its centre is i + ½.
 */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export type Point = readonly [x: number, y: number];

/** A square or rectangle in the frame, turned clockwise by `angle` about its centre. */
export interface Region {
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  /** Radians, clockwise in the picture. */
  readonly angle: number;
}

/** The map that shows `region` in a patch of the given size. */
export function regionToPatch(region: Region, patchWidth: number, patchHeight: number): Affine {
  const cos = Math.cos(region.angle);
  const sin = Math.sin(region.angle);
  const sx = region.width / patchWidth;
  const sy = region.height / patchHeight;
  const [a, b, d, e] = [cos * sx, -sin * sy, sin * sx, cos * sy];
  return {
    a,
    b,
    c: region.cx - (a * patchWidth + b * patchHeight) / 2,
    d,
    e,
    f: region.cy - (d * patchWidth + e * patchHeight) / 2,
  };
}

/** Frame pixels per patch pixel, the larger of both directions. */
export function downscale(map: Affine): number {
  return Math.max(Math.hypot(map.a, map.d), Math.hypot(map.b, map.e));
}

/**
 * Least-squares similarity (turn, scale, shift; no mirroring) that maps `from` onto `to`.
 * Closed form of Umeyama (1991) for two dimensions.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Affine {
  const n = Math.min(from.length, to.length);
  const mean = (points: readonly Point[], k: 0 | 1): number =>
    points.slice(0, n).reduce((sum, point) => sum + point[k], 0) / n;
  const [fx, fy, tx, ty] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)];
  let [dot, cross, spread] = [0, 0, 0];
  from.slice(0, n).forEach(([x, y], i) => {
    const [u, v] = to[i] ?? [tx, ty];
    dot += (x - fx) * (u - tx) + (y - fy) * (v - ty);
    cross += (x - fx) * (v - ty) - (y - fy) * (u - tx);
    spread += (x - fx) ** 2 + (y - fy) ** 2;
  });
  const a = dot / spread;
  const d = cross / spread;
  return { a, b: -d, c: tx - a * fx + d * fy, d, e: a, f: ty - d * fx - a * fy };
}
