export type Point = readonly [x: number, y: number];

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** The turn, scale and shift that bring one set of points nearest to another (least squares). */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const centre = (points: readonly Point[], axis: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [fx, fy, gx, gy] = [centre(from, 0), centre(from, 1), centre(to, 0), centre(to, 1)];
  let [dot, cross, spread] = [0, 0, 0];
  from.forEach(([px, py], i) => {
    const [qx, qy] = to[i] ?? [gx, gy];
    const [x, y, u, v] = [px - fx, py - fy, qx - gx, qy - gy];
    dot += x * u + y * v;
    cross += x * v - y * u;
    spread += x * x + y * y;
  });
  const [a, b] = [dot / spread, cross / spread];
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy };
}
