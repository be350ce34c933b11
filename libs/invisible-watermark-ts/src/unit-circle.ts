/**
 * cos and sin of 2π·numerator/denominator, for 0 ≤ numerator ≤ denominator. Engines round `Math.cos` differently; additions and
 * multiplications they all round alike, so the mark's tables are the same everywhere. Error below 2^−51.
 */
export function unitCircle(numerator: number, denominator: number): { cos: number; sin: number } {
  const eighth = Math.floor((8 * numerator) / denominator);
  const quarter = Math.floor((eighth + 1) / 2);
  // an angle within ±π/4 of a multiple of π/2
  const angle = (Math.PI * (4 * numerator - quarter * denominator)) / (2 * denominator);
  const [c, s] = [taylor(angle, 0), taylor(angle, 1)];
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

/** Terms first, first + 2 … of the exponential series with alternating signs: cosine from 0, sine from 1. */
function taylor(angle: number, first: 0 | 1): number {
  let term = first === 0 ? 1 : angle;
  let sum = term;
  for (let n = first + 2; n < 22; n += 2) {
    term = (-term * angle * angle) / (n * (n - 1));
    sum += term;
  }
  return sum;
}
