import { describe, expect, it } from 'vitest';

import {
  CANONICAL_FACE_CM,
  CANONICAL_FACE_UV,
  FACE_OVAL,
  FACE_POSE_BASIS,
  FACE_TRIANGLES,
  FACE_VERTEX_COUNT,
  LEFT_EYE,
  LEFT_EYE_TRIANGLES,
  LIPS_INNER,
  LIPS_OUTER,
  MOUTH_TRIANGLES,
  RIGHT_EYE,
  RIGHT_EYE_TRIANGLES,
  SKIN_TRIANGLES,
} from './index.js';

const RINGS = { FACE_OVAL, LIPS_OUTER, LIPS_INNER, LEFT_EYE, RIGHT_EYE };
const edgeName = (a: number, b: number): string => `${String(Math.min(a, b))}-${String(Math.max(a, b))}`;

function edgeUses(): Map<string, number> {
  const uses = new Map<string, number>();
  for (let i = 0; i < FACE_TRIANGLES.length; i += 3) {
    const triangle = [...FACE_TRIANGLES.subarray(i, i + 3)];
    triangle.forEach((vertex, k) => {
      const edge = edgeName(vertex, triangle[(k + 1) % 3] ?? -1);
      uses.set(edge, (uses.get(edge) ?? 0) + 1);
    });
  }
  return uses;
}

const ringEdges = (ring: readonly number[]): string[] =>
  ring.map((vertex, i) => edgeName(vertex, ring[(i + 1) % ring.length] ?? -1));

function signedAreaInPicture(ring: readonly number[]): number {
  const point = (vertex: number): [number, number] => [
    CANONICAL_FACE_CM[vertex * 3] ?? NaN,
    CANONICAL_FACE_CM[vertex * 3 + 1] ?? NaN,
  ];
  return ring.reduce((area, vertex, i) => {
    const [ax, ay] = point(vertex);
    const [bx, by] = point(ring[(i + 1) % ring.length] ?? -1);
    return area + (ax * by - bx * ay) / 2;
  }, 0);
}

describe('face mesh topology', () => {
  it('is one disc: every edge in two triangles but those of the face oval', () => {
    const once = [...edgeUses()].filter(([, count]) => count === 1).map(([edge]) => edge);
    expect(new Set(once)).toEqual(new Set(ringEdges(FACE_OVAL)));
    expect(Math.max(...edgeUses().values())).toBe(2);
    expect(new Set(FACE_TRIANGLES).size).toBe(FACE_VERTEX_COUNT);
  });

  it.each(Object.entries(RINGS))('%s follows mesh edges, clockwise in the picture', (_name, ring) => {
    const uses = edgeUses();
    expect(ringEdges(ring).filter((edge) => !uses.has(edge))).toEqual([]);
    expect(signedAreaInPicture(ring)).toBeGreaterThan(0);
  });

  it('cuts eye and mouth openings out of the skin', () => {
    expect([MOUTH_TRIANGLES, LEFT_EYE_TRIANGLES, RIGHT_EYE_TRIANGLES].map((t) => t.length / 3)).toEqual([
      18, 14, 14,
    ]);
    expect(SKIN_TRIANGLES.length / 3).toBe(898 - 18 - 14 - 14);
  });
});

describe('canonical face', () => {
  it('has the head frame of HeadPose: chin below the brow, nose towards the camera, subject left on the right', () => {
    const at = (vertex: number): number[] => [...CANONICAL_FACE_CM.subarray(vertex * 3, vertex * 3 + 3)];
    expect(at(152)[1]).toBeGreaterThan(at(10)[1] ?? NaN);
    expect(at(1)[2]).toBeLessThan(at(234)[2] ?? NaN);
    expect(at(263)[0]).toBeGreaterThan(at(33)[0] ?? NaN);
  });

  it('is mirror-symmetric about x = 0 for the eye rings', () => {
    const xSum = [...LEFT_EYE, ...RIGHT_EYE].reduce(
      (sum, vertex) => sum + (CANONICAL_FACE_CM[vertex * 3] ?? NaN),
      0,
    );
    expect(Math.abs(xSum)).toBeLessThan(1e-3);
  });

  it('has texture coordinates within the unit square and a pose basis within the mesh', () => {
    expect(CANONICAL_FACE_UV.length).toBe(FACE_VERTEX_COUNT * 2);
    expect(CANONICAL_FACE_UV.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(FACE_POSE_BASIS.every(([vertex, weight]) => vertex < FACE_VERTEX_COUNT && weight > 0)).toBe(true);
  });
});
