import { CANONICAL_FACE_CM, FACE_TRIANGLES, FACE_VERTEX_COUNT } from '@guise/frame';
import type { HeadFit } from './similarity.js';

/** Outward unit normals of the canonical face, 3 floats a vertex. */
export function createCanonicalNormals(): Float32Array {
  const c = CANONICAL_FACE_CM;
  const normals = new Float32Array(FACE_VERTEX_COUNT * 3);
  for (let t = 0; t + 2 < FACE_TRIANGLES.length; t += 3) {
    const corner = [FACE_TRIANGLES[t] ?? 0, FACE_TRIANGLES[t + 1] ?? 0, FACE_TRIANGLES[t + 2] ?? 0];
    const [a = 0, b = 0, d = 0] = corner;
    const e = [0, 1, 2].map((k) => (c[b * 3 + k] ?? 0) - (c[a * 3 + k] ?? 0));
    const f = [0, 1, 2].map((k) => (c[d * 3 + k] ?? 0) - (c[a * 3 + k] ?? 0));
    for (let k = 0; k < 3; k++) {
      const i = (k + 1) % 3;
      const j = (k + 2) % 3;
      const n = (e[i] ?? 0) * (f[j] ?? 0) - (e[j] ?? 0) * (f[i] ?? 0);
      for (const vertex of corner) normals[vertex * 3 + k] = (normals[vertex * 3 + k] ?? 0) + n;
    }
  }
  return orientOutwards(normals);
}

/** Unit length, and the tip of the nose looks at the camera (z negative) whatever the triangles' winding. */
function orientOutwards(normals: Float32Array): Float32Array {
  const sign = (normals[1 * 3 + 2] ?? 0) > 0 ? -1 : 1;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const [x = 0, y = 0, z = 0] = normals.subarray(i * 3, i * 3 + 3);
    const length = sign * (Math.sqrt(x * x + y * y + z * z) || 1);
    normals.set([x / length, y / length, z / length], i * 3);
  }
  return normals;
}

/** How much each vertex faces the camera under a pose: 1 straight on, 0 edge-on, negative turned away. */
export function facingOf(normals: Float32Array, fit: HeadFit, out: Float32Array): void {
  const [, , , , , , rx = 0, ry = 0, rz = 0] = fit.rotation;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++)
    out[i] = -(rx * (normals[i * 3] ?? 0) + ry * (normals[i * 3 + 1] ?? 0) + rz * (normals[i * 3 + 2] ?? 0));
}
