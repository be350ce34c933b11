import type { Matrix3 } from '@guise/frame';

const ITERATIONS = 30;
const CONVERGED = 1e-10;

export const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export function multiply(p: Matrix3, q: Matrix3): Matrix3 {
  const cell = (row: number, column: number): number =>
    (p[row * 3] ?? 0) * (q[column] ?? 0) +
    (p[row * 3 + 1] ?? 0) * (q[column + 3] ?? 0) +
    (p[row * 3 + 2] ?? 0) * (q[column + 6] ?? 0);
  return [
    cell(0, 0),
    cell(0, 1),
    cell(0, 2),
    cell(1, 0),
    cell(1, 1),
    cell(1, 2),
    cell(2, 0),
    cell(2, 1),
    cell(2, 2),
  ];
}

/** Rotation by |ω| radians about the axis ω (Rodrigues). */
export function rotationAbout(wx: number, wy: number, wz: number): Matrix3 {
  const angle = Math.hypot(wx, wy, wz);
  if (angle < 1e-12) return IDENTITY;
  const [x, y, z] = [wx / angle, wy / angle, wz / angle];
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const v = 1 - c;
  return [
    c + x * x * v,
    x * y * v - z * s,
    x * z * v + y * s,
    y * x * v + z * s,
    c + y * y * v,
    y * z * v - x * s,
    z * x * v - y * s,
    z * y * v + x * s,
    c + z * z * v,
  ];
}

/**
 * The rotation nearest to a matrix (its polar factor), by Higham's Newton iteration X ← (X + X⁻ᵀ) / 2.
 * Undefined when the matrix is singular or mirrors.
 */
export function nearestRotation(matrix: Matrix3): Matrix3 | undefined {
  let x = matrix;
  for (let i = 0; i < ITERATIONS; i++) {
    const cofactors = cofactorsOf(x);
    const determinant = x[0] * cofactors[0] + x[1] * cofactors[1] + x[2] * cofactors[2];
    if (!(determinant > 1e-18)) return undefined;
    const next = blend(x, cofactors, 1 / determinant);
    const change = next.reduce((sum, value, k) => sum + Math.abs(value - (x[k] ?? 0)), 0);
    x = next;
    if (change < CONVERGED) return x;
  }
  return undefined;
}

function blend(x: Matrix3, cofactors: Matrix3, inverse: number): Matrix3 {
  const half = (k: number): number => ((x[k] ?? 0) + (cofactors[k] ?? 0) * inverse) / 2;
  return [half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7), half(8)];
}

function cofactorsOf([a, b, c, d, e, f, g, h, i]: Matrix3): Matrix3 {
  return [
    e * i - f * h,
    f * g - d * i,
    d * h - e * g,
    c * h - b * i,
    a * i - c * g,
    b * g - a * h,
    b * f - c * e,
    c * d - a * f,
    a * e - b * d,
  ];
}
