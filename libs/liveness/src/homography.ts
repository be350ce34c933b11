/** Corresponding points of two views; x and y interleaved, equally many. */
export interface PointPairs {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

const UNKNOWNS = 8;

/**
 * Root mean square distance that the best plane-to-plane map (homography) from one view to the other leaves.
 * All movements of a flat picture before a pinhole camera are homographies: a photograph leaves only noise.
 * Direct linear transform on normalised points (Hartley, Zisserman: Multiple View Geometry, algorithm 4.2), last
 * coefficient fixed to one. Undefined when the points do not determine a map.
 */
export function homographyResidual({ from, to }: PointPairs): number | undefined {
  const source = normalise(from);
  const target = normalise(to);
  const h = fit(source.points, target.points);
  if (!h) return undefined;
  let square = 0;
  const count = from.length / 2;
  for (let i = 0; i < count; i++) {
    const [x, y] = [source.points[2 * i] ?? 0, source.points[2 * i + 1] ?? 0];
    const w = (h[6] ?? 0) * x + (h[7] ?? 0) * y + 1;
    const u = ((h[0] ?? 0) * x + (h[1] ?? 0) * y + (h[2] ?? 0)) / w;
    const v = ((h[3] ?? 0) * x + (h[4] ?? 0) * y + (h[5] ?? 0)) / w;
    square += (u - (target.points[2 * i] ?? 0)) ** 2 + (v - (target.points[2 * i + 1] ?? 0)) ** 2;
  }
  const residual = Math.sqrt(square / count) * target.scale;
  return Number.isFinite(residual) ? residual : undefined;
}

interface NormalisedPoints {
  readonly points: Float64Array;
  /** Pixels per unit of the normalised points. */
  readonly scale: number;
}

/** Centre at the mean, mean distance √2. */
function normalise(points: Float64Array): NormalisedPoints {
  const count = points.length / 2;
  let [cx, cy] = [0, 0];
  for (let i = 0; i < points.length; i += 2) {
    cx += (points[i] ?? 0) / count;
    cy += (points[i + 1] ?? 0) / count;
  }
  let distance = 0;
  for (let i = 0; i < points.length; i += 2) {
    distance += Math.hypot((points[i] ?? 0) - cx, (points[i + 1] ?? 0) - cy) / count;
  }
  const scale = distance / Math.SQRT2 || 1;
  return { points: points.map((value, i) => (value - (i % 2 === 0 ? cx : cy)) / scale), scale };
}

/** Least squares over two equations a point, by the normal equations. */
function fit(from: Float64Array, to: Float64Array): Float64Array | undefined {
  const normal = new Float64Array(UNKNOWNS * UNKNOWNS);
  const right = new Float64Array(UNKNOWNS);
  for (let i = 0; i < from.length; i += 2) {
    const [x, y, u, v] = [from[i] ?? 0, from[i + 1] ?? 0, to[i] ?? 0, to[i + 1] ?? 0];
    accumulate(normal, right, [x, y, 1, 0, 0, 0, -u * x, -u * y], u);
    accumulate(normal, right, [0, 0, 0, x, y, 1, -v * x, -v * y], v);
  }
  return solve(normal, right);
}

function accumulate(normal: Float64Array, right: Float64Array, row: readonly number[], value: number): void {
  row.forEach((p, i) => {
    row.forEach((q, j) => {
      normal[i * UNKNOWNS + j] = (normal[i * UNKNOWNS + j] ?? 0) + p * q;
    });
    right[i] = (right[i] ?? 0) + p * value;
  });
}

/** Gauss-Jordan elimination with row pivoting; undefined when singular. */
function solve(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const rows = Array.from({ length: n }, (_, i) => [...a.subarray(i * n, i * n + n), b[i] ?? 0]);
  for (let k = 0; k < n; k++) {
    const best = rows.slice(k).reduce((p, q) => (Math.abs(q[k] ?? 0) > Math.abs(p[k] ?? 0) ? q : p));
    const pivot = best[k] ?? 0;
    if (!(Math.abs(pivot) > 1e-12)) return undefined;
    rows.splice(rows.indexOf(best), 1);
    rows.splice(k, 0, best);
    rows.forEach((row, i) => {
      if (i === k) return;
      const factor = (row[k] ?? 0) / pivot;
      for (let column = k; column <= n; column++)
        row[column] = (row[column] ?? 0) - factor * (best[column] ?? 0);
    });
  }
  return Float64Array.from(rows, (row, i) => (row[n] ?? 0) / (row[i] ?? 1));
}
