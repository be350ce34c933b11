import {
  compareTemplates,
  createBinariser,
  SAME_FACE_COSINE,
  TEMPLATE_BITS,
  type Binariser,
} from '@guise/identity';
import { EMBEDDING_LENGTH } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';

/**
 * Cosines of synthetic pairs, normal distributions through what was measured of the network on photographs (SAME_FACE_COSINE,
 * and 1 % of strangers above 0.345).
 */
const GENUINE = { mean: 0.633, deviation: 0.09 } as const;
const STRANGERS = { mean: -0.13, deviation: 0.204 } as const;
const PAIRS = 10_000;
const LINKED_PAIRS = 2_000;

type Pair = readonly [Float32Array, Float32Array];

/** What binarisation costs in accuracy, and whether templates of one face under two seeds can be told from those of two faces. */
export function measureTemplates() {
  const normal = gaussian(createSeededRandom('template bench'));
  const [seedA, seedB] = [1, 2].map((n) => createBinariser(createSeededRandom(`seed ${n}`)(32)));
  if (seedA === undefined || seedB === undefined) throw new RangeError('two seeds are needed');
  const draw = ({ mean, deviation }: typeof GENUINE | typeof STRANGERS): Pair =>
    pairAt(Math.max(-0.99, Math.min(0.99, mean + deviation * normal())), normal);
  const compared = (pairs: readonly Pair[]) =>
    pairs.map(([a, b]) => ({ cosine: cosine(a, b), told: across(a, b, seedA, seedA) }));
  const genuine = compared(Array.from({ length: PAIRS }, () => draw(GENUINE)));
  const strangers = compared(Array.from({ length: PAIRS }, () => draw(STRANGERS)));
  const share = (values: readonly number[]): number =>
    values.filter((value) => value >= SAME_FACE_COSINE).length / values.length;
  const rates = (by: 'cosine' | 'told') => ({
    falseMatch: share(strangers.map((pair) => pair[by])),
    falseNonMatch: 1 - share(genuine.map((pair) => pair[by])),
  });
  const linked = Array.from({ length: LINKED_PAIRS }, () => {
    const [a, b] = pairAt(GENUINE.mean, normal);
    const [c] = pairAt(0, normal);
    return { mated: across(a, b, seedA, seedB), other: across(a, c, seedA, seedB) };
  });
  return {
    ...{ bits: TEMPLATE_BITS, pairs: PAIRS, embedding: rates('cosine'), template: rates('told') },
    unlinkabilityAuc: areaUnderCurve(
      linked.map(({ mated }) => mated),
      linked.map(({ other }) => other),
    ),
  };
}

const across = (a: Float32Array, b: Float32Array, first: Binariser, second: Binariser): number =>
  compareTemplates(first.protect(a), second.protect(b));

/** Two random directions with this cosine between them. */
function pairAt(wanted: number, normal: () => number): Pair {
  const [a, b] = [0, 0].map(() => toUnit(Float32Array.from({ length: EMBEDDING_LENGTH }, normal)));
  if (a === undefined || b === undefined) throw new RangeError('a pair is two');
  const along = cosine(a, b);
  const across = toUnit(b.map((value, i) => value - along * (a[i] ?? 0)));
  const rest = Math.sqrt(1 - wanted ** 2);
  return [a, a.map((value, i) => wanted * value + rest * (across[i] ?? 0))];
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Share of pairs (one of each kind) in which the mated one scores higher; 0.5 when they cannot be told apart. */
function areaUnderCurve(mated: readonly number[], others: readonly number[]): number {
  const sorted = others.toSorted((a, b) => a - b);
  const below = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return mated.reduce((sum, value) => sum + below(value), 0) / (mated.length * others.length);
}

/** Box–Muller. */
function gaussian(random: (bytes: number) => Uint8Array): () => number {
  const uniform = (): number => {
    const bytes = random(4);
    return (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
