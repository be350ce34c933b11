import { FACE_OVAL, FACE_TRIANGLES, FACE_VERTEX_COUNT } from '@guise/frame';
import type { HeadFit } from '../mesh/similarity.js';
import { smoothstep } from '../mesh/topology.js';

/**
 * The face mesh and rings around it: hair, ears and neck. Positions are stage pixels (z too, relative to the head's
 * origin, away from the camera).
 */
export interface HeadMesh {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly zs: Float32Array;
  /** Share of the head's turns that a vertex takes: 1 on the head, 0 where the picture stands still. */
  readonly turns: Float32Array;
  /** Share of the head's shift sideways; shoulders go along a little. */
  readonly shifts: Float32Array;
  /** The face's vertex whose expression a vertex goes along with, and by what share: itself, wholly, within the face. */
  readonly leaders: Uint16Array;
  readonly follows: Float32Array;
  readonly triangles: Uint16Array;
  /** Outermost ring: nothing beyond it moves. */
  readonly rim: readonly number[];
}

/** Rings lie at these multiples of the outline's distance from the middle of the face. */
const RINGS = [1.12, 1.3, 1.55, 1.9, 2.5, 3.3, 4.3] as const;
/** Throat and cheeks' edge go along with a dropping jaw, less and less: from the outline up to this ring. */
const JAW_WITHIN = 2.1;
/** Hair is within the first; beyond the second nothing moves. */
const RIGID_WITHIN = 1.7;
const STILL_BEYOND = 4.3;
/** The neck bends from below the chin to the shoulders, centimetres below the head's origin. */
const NECK_FROM_CM = 9;
const NECK_TO_CM = 20;
const SHOULDER_SHARE = 0.35;
/** The silhouette of a head lies about this far behind the middle of its ears' front. */
const SILHOUETTE_CM = 3.5;
/**
 * Steepest relief, depth over distance in the picture: a turn by the angle whose cotangent it is would fold the mesh. Poses
 * are limited well within.
 */
const STEEPEST = 1.25;
const RELAXATIONS = 200;

export function createHeadMesh(landmarks: Float32Array, fit: HeadFit): HeadMesh {
  const count = FACE_VERTEX_COUNT + RINGS.length * FACE_OVAL.length;
  const xs = new Float32Array(count);
  const ys = new Float32Array(count);
  const zs = new Float32Array(count);
  const turns = new Float32Array(count).fill(1);
  const shifts = new Float32Array(count).fill(1);
  const leaders = Uint16Array.from({ length: count }, (_, i) => i);
  const follows = new Float32Array(count).fill(1);
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    xs[i] = landmarks[i * 3] ?? 0;
    ys[i] = landmarks[i * 3 + 1] ?? 0;
    zs[i] = (landmarks[i * 3 + 2] ?? 0) - fit.translation[2];
  }
  const middle = (of: Float32Array): number =>
    FACE_OVAL.reduce((sum, i) => sum + (of[i] ?? 0), 0) / FACE_OVAL.length;
  const [cx, cy] = [middle(xs), middle(ys)];
  RINGS.forEach((factor, ring) => {
    FACE_OVAL.forEach((vertex, k) => {
      const i = ringVertex(ring + 1, k);
      xs[i] = cx + ((xs[vertex] ?? 0) - cx) * factor;
      ys[i] = cy + ((ys[vertex] ?? 0) - cy) * factor;
      leaders[i] = vertex;
      follows[i] = Math.max(0, (JAW_WITHIN - factor) / (JAW_WITHIN - 1)) ** 2;
      const behind = smoothstep((factor - 1) / 0.9);
      zs[i] = (zs[vertex] ?? 0) * (1 - behind) + SILHOUETTE_CM * fit.scale * behind;
      const radial = 1 - smoothstep((factor - RIGID_WITHIN) / (STILL_BEYOND - RIGID_WITHIN));
      const below = belowOriginCm(fit, xs[i] ?? 0, ys[i] ?? 0);
      const neck = 1 - smoothstep((below - NECK_FROM_CM) / (NECK_TO_CM - NECK_FROM_CM));
      turns[i] = radial * neck;
      shifts[i] = radial * (SHOULDER_SHARE + (1 - SHOULDER_SHARE) * neck);
    });
  });
  const triangles = joinRings();
  relaxDepth(xs, ys, zs, triangles);
  return {
    xs,
    ys,
    zs,
    turns,
    shifts,
    leaders,
    follows,
    triangles,
    rim: FACE_OVAL.map((_, k) => ringVertex(RINGS.length, k)),
  };
}

/** Vertex k of a ring; ring 0 is the face's own outline. */
function ringVertex(ring: number, k: number): number {
  const at = k % FACE_OVAL.length;
  return ring === 0 ? (FACE_OVAL[at] ?? 0) : FACE_VERTEX_COUNT + (ring - 1) * FACE_OVAL.length + at;
}

/** Distance below the head's origin along the head's own upright axis, as the picture shows it. */
function belowOriginCm(fit: HeadFit, x: number, y: number): number {
  const [ux = 0, uy = 1] = [fit.rotation[1], fit.rotation[4]];
  const length = Math.hypot(ux, uy) || 1;
  return ((x - fit.translation[0]) * ux + (y - fit.translation[1]) * uy) / length / fit.scale;
}

function joinRings(): Uint16Array {
  const triangles: number[] = [...FACE_TRIANGLES];
  for (let ring = 0; ring < RINGS.length; ring++)
    for (let k = 0; k < FACE_OVAL.length; k++) {
      const [a, b] = [ringVertex(ring, k), ringVertex(ring, k + 1)];
      const [c, d] = [ringVertex(ring + 1, k), ringVertex(ring + 1, k + 1)];
      triangles.push(a, c, b, b, c, d);
    }
  return Uint16Array.from(triangles);
}

/** Evens out relief that is too steep to be turned: what a picture shows edge-on cannot be shown from the side. */
function relaxDepth(xs: Float32Array, ys: Float32Array, zs: Float32Array, triangles: Uint16Array): void {
  for (let round = 0; round < RELAXATIONS; round++)
    for (let t = 0; t + 2 < triangles.length; t += 3) {
      const a = triangles[t] ?? 0;
      const b = triangles[t + 1] ?? 0;
      const c = triangles[t + 2] ?? 0;
      const bx = (xs[b] ?? 0) - (xs[a] ?? 0);
      const by = (ys[b] ?? 0) - (ys[a] ?? 0);
      const cx = (xs[c] ?? 0) - (xs[a] ?? 0);
      const cy = (ys[c] ?? 0) - (ys[a] ?? 0);
      const area = Math.abs(bx * cy - cx * by);
      const bz = (zs[b] ?? 0) - (zs[a] ?? 0);
      const cz = (zs[c] ?? 0) - (zs[a] ?? 0);
      const steep = Math.hypot(bz * cy - cz * by, bx * cz - cx * bz);
      if (steep <= STEEPEST * area) continue;
      const kept = (STEEPEST * area) / steep;
      const middle = ((zs[a] ?? 0) + (zs[b] ?? 0) + (zs[c] ?? 0)) / 3;
      for (const i of [a, b, c]) zs[i] = middle + ((zs[i] ?? 0) - middle) * kept;
    }
}
