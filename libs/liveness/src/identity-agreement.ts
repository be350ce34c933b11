import { LivenessError } from './errors.js';
import { median } from './statistics.js';

export interface IdentityAgreement {
  readonly lowestSimilarity: number;
  readonly medianSimilarity: number;
}

export function cosine(p: Float32Array, q: Float32Array): number {
  let [dot, pp, qq] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i] ?? 0, q[i] ?? 0];
    dot += a * b;
    pp += a * a;
    qq += b * b;
  }
  return pp > 0 && qq > 0 ? dot / Math.sqrt(pp * qq) : 0;
}

/**
 * How far all samples agree with their medoid, the sample most like all others. Compared with neighbours in time instead,
 * a slow morph from one person to another would pass.
 */
export function agreeOnIdentity(embeddings: readonly Float32Array[]): IdentityAgreement {
  const length = embeddings[0]?.length ?? 0;
  const comparable = embeddings.every((e) => e.length === length && length > 0 && e.every(Number.isFinite));
  if (!comparable) throw new LivenessError('bad-embedding', 'Embeddings must be finite and of one length.');
  const table = embeddings.map((p) => embeddings.map((q) => cosine(p, q)));
  const sums = table.map((row) => row.reduce((sum, value) => sum + value, 0));
  const medoid = sums.indexOf(Math.max(...sums));
  const toMedoid = (table[medoid] ?? []).filter((_, i) => i !== medoid);
  if (toMedoid.length === 0) return { lowestSimilarity: 0, medianSimilarity: 0 };
  return { lowestSimilarity: Math.min(...toMedoid), medianSimilarity: median(toMedoid) };
}

/** Mean direction of unit vectors. */
export function meanEmbedding(embeddings: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(embeddings[0]?.length ?? 0);
  for (const embedding of embeddings) embedding.forEach((value, i) => (mean[i] = (mean[i] ?? 0) + value));
  const length = Math.hypot(...mean);
  return mean.map((value) => (length > 0 ? value / length : 0));
}
