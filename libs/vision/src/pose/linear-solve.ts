/**
 * Solves A·x = b in place by Gaussian elimination with row pivoting; `a` is n×n, row by row.
 * @returns x, or undefined when the system is singular.
 */
export function solveLinear(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const at = (row: number, column: number): number => a[row * n + column] ?? 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let row = k + 1; row < n; row++) if (Math.abs(at(row, k)) > Math.abs(at(pivot, k))) pivot = row;
    if (!(Math.abs(at(pivot, k)) > 1e-14)) return undefined;
    swapRows(a, b, n, k, pivot);
    for (let row = k + 1; row < n; row++) {
      const factor = at(row, k) / at(k, k);
      for (let column = k; column < n; column++)
        a[row * n + column] = at(row, column) - factor * at(k, column);
      b[row] = (b[row] ?? 0) - factor * (b[k] ?? 0);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row] ?? 0;
    for (let column = row + 1; column < n; column++) sum -= at(row, column) * (b[column] ?? 0);
    b[row] = sum / at(row, row);
  }
  return b;
}

function swapRows(a: Float64Array, b: Float64Array, n: number, p: number, q: number): void {
  if (p === q) return;
  for (let column = 0; column < n; column++) {
    const value = a[p * n + column] ?? 0;
    a[p * n + column] = a[q * n + column] ?? 0;
    a[q * n + column] = value;
  }
  const value = b[p] ?? 0;
  b[p] = b[q] ?? 0;
  b[q] = value;
}
