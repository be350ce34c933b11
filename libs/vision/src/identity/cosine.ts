/** Cosine between two embeddings of equal length, −1 … 1; 0 when one has no length. */
export function cosineSimilarity(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let [dot, pp, qq] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i] ?? 0, q[i] ?? 0];
    dot += a * b;
    pp += a * a;
    qq += b * b;
  }
  return pp > 0 && qq > 0 ? dot / Math.sqrt(pp * qq) : 0;
}

/** The vector scaled to unit length; a zero vector stays zero. */
export function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector.slice();
}
