import { FACE_VERTEX_COUNT, LIPS_INNER, SKIN_TRIANGLES } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { fitHead } from '../mesh/similarity.js';
import { createFaceTopology } from '../mesh/topology.js';
import { syntheticLandmarks, type SyntheticPose } from '../test-support/synthetic-face.js';
import { createHeadMesh, type HeadMesh } from './head-mesh.js';
import { CONTROL_POINTS, NEUTRAL_PARAMETERS, SHIFT_COUNT, type FaceParameters } from './parameters.js';
import { HeadPoser } from './pose-head.js';

const { mirror } = createFaceTopology();

function prepare(pose: Partial<SyntheticPose> = {}): { readonly mesh: HeadMesh; readonly poser: HeadPoser } {
  const landmarks = syntheticLandmarks({ x: 640, y: 320, pxPerCm: 17, ...pose });
  const fit = fitHead(landmarks);
  if (fit === null) throw new Error('no fit');
  const mesh = createHeadMesh(landmarks, fit);
  return { mesh, poser: new HeadPoser(mesh, fit, landmarks, mirror) };
}

function posed(head: Partial<FaceParameters['head']>, rest: Partial<FaceParameters> = {}): FaceParameters {
  return { ...NEUTRAL_PARAMETERS, ...rest, head: { ...NEUTRAL_PARAMETERS.head, ...head } };
}

function shifted(vertices: Readonly<Record<number, number>>): readonly number[] {
  const shifts = new Array<number>(SHIFT_COUNT).fill(0);
  for (const [vertex, y] of Object.entries(vertices))
    shifts[2 * CONTROL_POINTS.indexOf(Number(vertex)) + 1] = y;
  return shifts;
}

function ringsOf({ triangles }: HeadMesh): Uint16Array {
  return triangles.filter((_, k) => {
    const first = k - (k % 3);
    return [0, 1, 2].some((j) => (triangles[first + j] ?? 0) >= FACE_VERTEX_COUNT);
  });
}

/** Of skin and rings, unless told: between lips and lids there is nothing to fold. */
function flips(
  { mesh, poser }: ReturnType<typeof prepare>,
  among: readonly Uint16Array[] = [SKIN_TRIANGLES, ringsOf(mesh)],
): number {
  const area = (xs: Float32Array, ys: Float32Array, a: number, b: number, c: number): number =>
    ((xs[b] ?? 0) - (xs[a] ?? 0)) * ((ys[c] ?? 0) - (ys[a] ?? 0)) -
    ((xs[c] ?? 0) - (xs[a] ?? 0)) * ((ys[b] ?? 0) - (ys[a] ?? 0));
  let count = 0;
  for (const triangles of among)
    for (let t = 0; t + 2 < triangles.length; t += 3) {
      const [a = 0, b = 0, c = 0] = triangles.subarray(t, t + 3);
      const before = area(mesh.xs, mesh.ys, a, b, c);
      // What the picture shows edge-on is a few pixels at most: the red of lips in a turned face.
      if (Math.abs(before) > 5 && before * area(poser.xs, poser.ys, a, b, c) < 0) count += 1;
    }
  return count;
}

describe('head poser', () => {
  it('leaves the neutral face where the picture shows it', () => {
    const { mesh, poser } = prepare();
    poser.pose(NEUTRAL_PARAMETERS);
    for (let i = 0; i < mesh.xs.length; i++) {
      expect(poser.xs[i]).toBeCloseTo(mesh.xs[i] ?? NaN, 2);
      expect(poser.ys[i]).toBeCloseTo(mesh.ys[i] ?? NaN, 2);
    }
  });

  it.each([0, 12, -18])(
    'folds nowhere within ±25° yaw, ±20° pitch, ±20° roll, ±6 cm (picture turned %i°)',
    (yaw) => {
      const head = prepare({ yawDeg: yaw });
      for (const yawDeg of [-25, 0, 25])
        for (const pitchDeg of [-20, 0, 20])
          for (const rollDeg of [-20, 20])
            for (const [xCm, yCm] of [
              [6, -6],
              [-6, 6],
            ] as const) {
              head.poser.pose(posed({ yawDeg, pitchDeg, rollDeg, xCm, yCm }));
              expect(flips(head), `yaw ${yawDeg} pitch ${pitchDeg} roll ${rollDeg}`).toBe(0);
            }
    },
  );

  it('approaches its limits and never passes them', () => {
    const { poser } = prepare();
    const nose = (yawDeg: number): number => {
      poser.pose(posed({ yawDeg }));
      return poser.xs[1] ?? NaN;
    };
    expect(nose(10)).toBeGreaterThan(nose(0) + 10);
    expect(nose(170) - nose(60)).toBeLessThan(3);
  });

  it('keeps hair and ears with the head, bends the neck, and leaves the rim still', () => {
    const { mesh, poser } = prepare();
    poser.pose(posed({ xCm: 4 }));
    const moved = (i: number): number => (poser.xs[i] ?? 0) - (mesh.xs[i] ?? 0);
    const aboveForehead = FACE_VERTEX_COUNT + 36;
    expect(moved(aboveForehead)).toBeCloseTo(moved(1), 3);
    for (const i of mesh.rim) expect(moved(i)).toBeCloseTo(0, 3);
    const belowChin = FACE_VERTEX_COUNT + 3 * 36 + 18;
    expect(moved(belowChin)).toBeLessThan(moved(1) * 0.9);
    expect(moved(belowChin)).toBeGreaterThan(moved(1) * 0.2);
  });

  it('shuts lids wholly and moves the brows no further than told', () => {
    const { mesh, poser } = prepare();
    poser.pose(posed({}, { lids: { left: 0, right: 0 } }));
    for (const [upper, lower] of [
      [159, 145],
      [386, 374],
      [160, 144],
    ] as const)
      expect((poser.ys[lower] ?? 0) - (poser.ys[upper] ?? 0)).toBeLessThan(0.5);
    expect(poser.ys[105]).toBeCloseTo(mesh.ys[105] ?? NaN, 1);
    poser.pose(posed({}, { lids: { left: 500, right: 500 } }));
    expect((mesh.ys[159] ?? 0) - (poser.ys[159] ?? 0)).toBeLessThan(0.5 * 17);
    poser.pose(posed({}, { shifts: shifted({ 105: -0.6 }) }));
    expect((mesh.ys[105] ?? 0) - (poser.ys[105] ?? 0)).toBeGreaterThan(0.4 * 17);
  });

  it('parts the lips and never crosses them', () => {
    const { poser } = prepare({ jawCm: 0 });
    const gap = (k: number): number =>
      (poser.ys[LIPS_INNER[20 - k] ?? 0] ?? 0) - (poser.ys[LIPS_INNER[k] ?? 0] ?? 0);
    poser.pose(posed({}, { shifts: shifted({ 14: 1, 178: 0.8, 402: 0.8, 17: 1, 152: 1 }) }));
    expect(gap(5)).toBeGreaterThan(12);
    poser.pose(posed({}, { shifts: shifted({ 14: -1, 178: -0.8, 402: -0.8, 17: -1 }) }));
    for (let k = 1; k < 10; k++) expect(gap(k)).toBeGreaterThan(-0.1);
  });

  it.each([0, 12, -18])('takes chin and throat along with a wide mouth, and folds neither (%i°)', (yaw) => {
    const head = prepare({ yawDeg: yaw });
    const { mesh, poser } = head;
    // As landmarkers see a wide mouth: the lip far down, the skin of the chin a third of it.
    const shifts = shifted({ 14: 2.1, 178: 1.9, 402: 1.9, 17: 2, 181: 1.7, 405: 1.7, 152: 0.5 });
    for (const yawDeg of [-20, 0, 20])
      for (const pitchDeg of [-15, 0, 15]) {
        poser.pose(posed({ yawDeg, pitchDeg }, { shifts }));
        expect(flips(head, [ringsOf(mesh)]), `yaw ${yawDeg} pitch ${pitchDeg}`).toBe(0);
      }
    poser.pose(posed({}, { shifts }));
    const drop = (i: number): number => ((poser.ys[i] ?? 0) - (mesh.ys[i] ?? 0)) / 17;
    expect(drop(152)).toBeGreaterThan(1.3);
    const [throat, shoulders] = [FACE_VERTEX_COUNT + 18, FACE_VERTEX_COUNT + 5 * 36 + 18];
    expect(drop(throat)).toBeGreaterThan(0.7);
    expect(drop(throat)).toBeLessThan(drop(152));
    expect(drop(shoulders)).toBeCloseTo(0, 3);
  });

  it('leaves the chin to itself when a lip does what it can alone', () => {
    const { mesh, poser } = prepare();
    poser.pose(posed({}, { shifts: shifted({ 178: 0.3, 14: 0.3, 402: 0.3 }) }));
    expect((poser.ys[152] ?? 0) - (mesh.ys[152] ?? 0)).toBeLessThan(0.06 * 17);
  });

  it('tells a smile from speech by the corners of the mouth', () => {
    const { poser } = prepare();
    const widening = (cm: number): number => {
      const shifts = new Array<number>(SHIFT_COUNT).fill(0);
      shifts[2 * CONTROL_POINTS.indexOf(61)] = -cm / 2;
      shifts[2 * CONTROL_POINTS.indexOf(291)] = cm / 2;
      poser.pose(posed({}, { shifts }));
      return poser.jaws.wideningCm;
    };
    expect(widening(1)).toBeGreaterThan(0.7);
    expect(widening(-1)).toBeLessThan(-0.7);
  });

  it('drops the jaw with the chin, and with a lower lip that goes further than it could alone', () => {
    const { poser } = prepare();
    const drop = (vertices: Readonly<Record<number, number>>): number => {
      poser.pose(posed({}, { shifts: shifted(vertices) }));
      return poser.jaws.dropCm;
    };
    expect(drop({ 178: 0.25, 14: 0.25, 402: 0.25 })).toBeLessThan(0.05);
    expect(drop({ 178: 1.2, 14: 1.2, 402: 1.2, 17: 1.2 })).toBeGreaterThan(0.6);
    expect(drop({ 178: 1.2, 14: 1.2, 402: 1.2, 17: 1.2, 152: 1.2 })).toBeGreaterThan(0.9);
  });
});
