/**
 * cos and sin of 2π·numerator/denominator, for 0 ≤ numerator ≤ denominator. Engines round `Math.cos` differently; additions and
 * multiplications they all round alike, so the mark's tables are the same everywhere. Error below 2^−51.
 */
export function unitCircle(numerator: number, denominator: number): { cos: number; sin: number } {
  const eighth = Math.floor((8 * numerator) / denominator);
  const quarter = Math.floor((eighth + 1) / 2);
  // an angle within ±π/4 of a multiple of π/2
  const angle = (Math.PI * (4 * numerator - quarter * denominator)) / (2 * denominator);
  const [c, s] = [series(angle, COSINE), angle * series(angle, SINE)];
  switch (quarter % 4) {
    case 0:
      return { cos: c, sin: s };
    case 1:
      return { cos: -s, sin: c };
    case 2:
      return { cos: -c, sin: -s };
    default:
      return { cos: s, sin: -c };
  }
}

/** Taylor coefficients of cos x and of sin x / x in powers of x²: (−1)^k/(2k)! and (−1)^k/(2k + 1)!. */
const COSINE = coefficients(0);
const SINE = coefficients(1);

function coefficients(first: 0 | 1): Float64Array {
  const values = new Float64Array(10);
  let value = 1;
  for (let k = 0; k < values.length; k++) {
    values[k] = value;
    value /= -((2 * k + 1 + first) * (2 * k + 2 + first));
  }
  return values;
}

function series(angle: number, terms: Float64Array): number {
  const square = angle * angle;
  let sum = 0;
  for (let k = terms.length - 1; k >= 0; k--) sum = sum * square + (terms[k] ?? 0);
  return sum;
}
