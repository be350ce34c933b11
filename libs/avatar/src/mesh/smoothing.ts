import { CANONICAL_FACE_CM, FACE_VERTEX_COUNT } from '@guise/frame';

/** Gaussian weights between near vertices of the canonical face, as compressed rows. */
export interface VertexKernel {
  /** Row i occupies start[i] … start[i + 1] − 1. */
  readonly start: Uint32Array;
  readonly vertex: Uint16Array;
  readonly weight: Float32Array;
}

const kernels = new Map<number, VertexKernel>();

/** Weights exp(−d²/2σ²) for vertices up to 2.5 σ apart. Made once for each of the few widths in use. */
export function createVertexKernel(sigmaCm: number): VertexKernel {
  const kernel = kernels.get(sigmaCm) ?? weighVertices(sigmaCm);
  kernels.set(sigmaCm, kernel);
  return kernel;
}

function weighVertices(sigmaCm: number): VertexKernel {
  const c = CANONICAL_FACE_CM;
  const start = new Uint32Array(FACE_VERTEX_COUNT + 1);
  const vertices: number[] = [];
  const weights: number[] = [];
  const reach = 6.25 * sigmaCm * sigmaCm;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    for (let j = 0; j < FACE_VERTEX_COUNT; j++) {
      const dx = (c[j * 3] ?? 0) - (c[i * 3] ?? 0);
      const dy = (c[j * 3 + 1] ?? 0) - (c[i * 3 + 1] ?? 0);
      const dz = (c[j * 3 + 2] ?? 0) - (c[i * 3 + 2] ?? 0);
      const d = dx * dx + dy * dy + dz * dz;
      if (d > reach) continue;
      vertices.push(j);
      weights.push(Math.exp(-d / (2 * sigmaCm * sigmaCm)));
    }
    start[i + 1] = vertices.length;
  }
  return { start, vertex: Uint16Array.from(vertices), weight: Float32Array.from(weights) };
}

/**
 * Weighted mean over each vertex's neighbourhood. Where the neighbourhood carries little weight, the result leans
 * towards the weighted mean of the whole face; `prior` says how much weight that mean has.
 */
export function smoothOverFace(
  kernel: VertexKernel,
  values: Float32Array,
  weights: Float32Array,
  prior: number,
  out: Float32Array,
): void {
  let total = 0;
  let mean = 0;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    total += weights[i] ?? 0;
    mean += (weights[i] ?? 0) * (values[i] ?? 0);
  }
  mean = total > 0 ? mean / total : 0;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    let sum = prior * mean;
    let norm = prior;
    const end = kernel.start[i + 1] ?? 0;
    for (let k = kernel.start[i] ?? 0; k < end; k++) {
      const j = kernel.vertex[k] ?? 0;
      const w = (kernel.weight[k] ?? 0) * (weights[j] ?? 0);
      sum += w * (values[j] ?? 0);
      norm += w;
    }
    out[i] = norm > 0 ? sum / norm : mean;
  }
}
