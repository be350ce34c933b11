import { SKIN_TRIANGLES } from '@guise/frame';
import { TriangleScan } from '../../mesh/triangle-scan.js';
import { texturePositions } from '../texture.js';

/** Side of the grid over the canonical texture: a cell is about a quarter of a centimetre of the face. */
export const GRID_SIDE = 64;

/** Cells of a coarse grid over the canonical texture that lie on skin; eye and mouth openings are not among them. */
export interface TexelGrid {
  readonly count: number;
  /** Cell at each place of the grid, row by row; −1 where there is no skin. */
  readonly cellAt: Int16Array;
  /** Place of each cell in the grid. */
  readonly placeOf: Uint16Array;
  /** Corners of the triangle in which a cell's centre lies. */
  readonly corners: readonly [Uint16Array, Uint16Array, Uint16Array];
  /** Barycentric share of the second and of the third corner. */
  readonly shares: readonly [Float32Array, Float32Array];
}

export function createTexelGrid(): TexelGrid {
  const { us, vs } = texturePositions(GRID_SIDE);
  const triangleAt = findTriangles(us, vs);
  const placeOf = Uint16Array.from([...triangleAt.keys()].filter((place) => (triangleAt[place] ?? -1) >= 0));
  const count = placeOf.length;
  const cellAt = new Int16Array(GRID_SIDE * GRID_SIDE).fill(-1);
  const corners = [new Uint16Array(count), new Uint16Array(count), new Uint16Array(count)] as const;
  const shares = [new Float32Array(count), new Float32Array(count)] as const;
  placeOf.forEach((place, cell) => {
    const t = triangleAt[place] ?? 0;
    const [a = 0, b = 0, c = 0] = SKIN_TRIANGLES.subarray(t, t + 3);
    const [ax, ay] = [us[a] ?? 0, vs[a] ?? 0];
    const [bx, by] = [(us[b] ?? 0) - ax, (vs[b] ?? 0) - ay];
    const [cx, cy] = [(us[c] ?? 0) - ax, (vs[c] ?? 0) - ay];
    const [x, y] = [(place % GRID_SIDE) + 0.5 - ax, Math.floor(place / GRID_SIDE) + 0.5 - ay];
    const area = bx * cy - cx * by;
    cellAt[place] = cell;
    corners[0][cell] = a;
    corners[1][cell] = b;
    corners[2][cell] = c;
    shares[0][cell] = (x * cy - cx * y) / area;
    shares[1][cell] = (bx * y - x * by) / area;
  });
  return { count, cellAt, placeOf, corners, shares };
}

/** First index of the triangle over each place's centre, −1 where there is none. */
function findTriangles(us: Float32Array, vs: Float32Array): Int32Array {
  const triangleAt = new Int32Array(GRID_SIDE * GRID_SIDE).fill(-1);
  const scan = new TriangleScan(GRID_SIDE, GRID_SIDE);
  for (let t = 0; t + 2 < SKIN_TRIANGLES.length; t += 3) {
    const [a = 0, b = 0, c = 0] = SKIN_TRIANGLES.subarray(t, t + 3);
    if (!scan.start(us[a] ?? 0, vs[a] ?? 0, us[b] ?? 0, vs[b] ?? 0, us[c] ?? 0, vs[c] ?? 0)) continue;
    for (let y = scan.top; y <= scan.bottom; y++)
      if (scan.row(y)) triangleAt.fill(t, y * GRID_SIDE + scan.first, y * GRID_SIDE + scan.last + 1);
  }
  return triangleAt;
}

/** Interpolates one value per vertex at every cell. `stride` and `offset` pick it from an array of tuples. */
export function atCells(
  { count, corners, shares }: TexelGrid,
  values: Float32Array,
  out: Float32Array,
  stride = 1,
  offset = 0,
): void {
  const [a, b, c] = corners;
  const [second, third] = shares;
  for (let i = 0; i < count; i++) {
    const first = values[(a[i] ?? 0) * stride + offset] ?? 0;
    const toSecond = (values[(b[i] ?? 0) * stride + offset] ?? 0) - first;
    const toThird = (values[(c[i] ?? 0) * stride + offset] ?? 0) - first;
    out[i] = first + toSecond * (second[i] ?? 0) + toThird * (third[i] ?? 0);
  }
}
