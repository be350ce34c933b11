import { FACE_VERTEX_COUNT, headRotation, LIPS_INNER, type Box } from '@guise/frame';
import { toHeadFrame, type HeadFit } from '../mesh/similarity.js';
import type { Jaws } from './drawn-mouth.js';
import type { HeadMesh } from './head-mesh.js';
import { lidVertices, type LidVertex } from './lid-rows.js';
import { CONTROL_POINTS, LIP_COLUMNS, type FaceParameters } from './parameters.js';
import { createShapeBasis } from './shape-basis.js';

/** Poses approach these limits gently and never pass them: beyond, the picture has nothing to show. */
const LIMITS = { yawDeg: 27, pitchDeg: 19, rollDeg: 23, xCm: 6, yCm: 3.2 } as const;
/** Nearer and further: bounds of the scale. */
const SCALES = [0.84, 1.2] as const;
/** Distance of a seated person from the camera: only the scale depends on it. */
const SEATED_CM = 60;
/** Lids wider than in the picture stretch the little skin there is: only so much of it. */
const WIDER_SHARE = 0.5;
const WIDEST = 1.5;

/** How far a face can move each group of control points, centimetres: up, down, sideways. Approached, never passed. */
type Reach = readonly [up: number, down: number, side: number];
const UPPER_LIP: Reach = [0.65, 0.8, 0.9];
const LOWER_LIP: Reach = [0.7, 4, 0.9];
const CORNER: Reach = [1, 1.2, 1.1];
const CHIN: Reach = [0.5, 4, 0.8];
const CHEEK: Reach = [0.9, 0.8, 0.8];
const BROW: Reach = [1.2, 0.7, 0.5];
/** In the order of `CONTROL_POINTS`. */
const REACHES: readonly Reach[] = [
  ...[CORNER, CORNER, UPPER_LIP, UPPER_LIP, UPPER_LIP, LOWER_LIP, LOWER_LIP, LOWER_LIP],
  ...[UPPER_LIP, UPPER_LIP, UPPER_LIP, LOWER_LIP, LOWER_LIP, LOWER_LIP, CHIN, CHEEK, CHEEK],
  ...[BROW, BROW, BROW, BROW, BROW, BROW],
];

/** A lower lip bares its teeth by so much and takes the jaw along for the rest. */
const LIP_ALONE_CM = 0.5;
/** Places in the shifts: middle of the lower lip's inner edge, and chin. */
const LOWER_LIP_Y = 2 * CONTROL_POINTS.indexOf(14) + 1;
const CHIN_Y = 2 * CONTROL_POINTS.indexOf(152) + 1;

/** Moves the vertices of an avatar's head mesh as parameters say. */
export class HeadPoser {
  /** Where the vertices are drawn, stage pixels; overwritten by each call of `pose`. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Size of the head relative to the picture's. */
  scale = 1;
  private readonly basis = createShapeBasis();
  private readonly rest = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly moved = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly lids: Readonly<Record<'left' | 'right', readonly LidVertex[]>>;

  constructor(
    private readonly mesh: HeadMesh,
    private readonly fit: HeadFit,
    landmarks: Float32Array,
    mirror: Uint16Array,
  ) {
    this.xs = mesh.xs.slice();
    this.ys = mesh.ys.slice();
    toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, this.rest);
    this.lids = { left: lidVertices('left', mirror), right: lidVertices('right', mirror) };
  }

  pose({ head, lids, shifts }: FaceParameters): void {
    this.express(shifts);
    this.closeLids(this.lids.left, lids.left);
    this.closeLids(this.lids.right, lids.right);
    this.place(head);
  }

  /** Extent of the face's vertices as they are drawn. */
  faceBox(): Box {
    const xs = this.xs.subarray(0, FACE_VERTEX_COUNT);
    const ys = this.ys.subarray(0, FACE_VERTEX_COUNT);
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  }

  get jaws(): Jaws {
    const shift = (vertex: number, axis: 0 | 1): number =>
      (this.moved[vertex * 3 + axis] ?? 0) - (this.rest[vertex * 3 + axis] ?? 0);
    // The chin's skin tells less than the jaw did: a lip does not go further down than this without it.
    const dropCm = Math.max(0, shift(152, 1), shift(14, 1) - LIP_ALONE_CM);
    return { lipRaiseCm: -shift(13, 1), dropCm, wideningCm: shift(291, 0) - shift(61, 0) };
  }

  /** Head-frame positions with the wearer's expression. */
  private express(wanted: readonly number[]): void {
    const { basis, rest, moved } = this;
    const shifts = this.possible(wanted);
    const count = CONTROL_POINTS.length;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      let x = 0;
      let y = 0;
      for (let c = 0; c < count; c++) {
        const weight = basis[i * count + c] ?? 0;
        x += weight * (shifts[2 * c] ?? 0);
        y += weight * (shifts[2 * c + 1] ?? 0);
      }
      moved[i * 3] = (rest[i * 3] ?? 0) + x;
      moved[i * 3 + 1] = (rest[i * 3 + 1] ?? 0) + y;
      moved[i * 3 + 2] = rest[i * 3 + 2] ?? 0;
    }
    for (let k = 1; k < 10; k++) this.keepApart(LIPS_INNER[k] ?? 0, LIPS_INNER[20 - k] ?? 0);
  }

  /** What a face can do of what is wanted. Lips may touch, not cross: a wearer's mouth shuts further than the avatar's when it was open while neutral. */
  private possible(wanted: readonly number[]): readonly number[] {
    const shifts = wanted.map((value, i) => {
      const [up, down, side] = REACHES[i >> 1] ?? [1, 1, 1];
      return soften(value, i % 2 === 0 ? side : value < 0 ? up : down);
    });
    const move = (controls: readonly number[], by: number): void => {
      for (const control of controls) shifts[2 * control + 1] = (shifts[2 * control + 1] ?? 0) + by;
    };
    for (const { upper, lower } of LIP_COLUMNS) {
      const y = (control: number): number =>
        (this.rest[(CONTROL_POINTS[control] ?? 0) * 3 + 1] ?? 0) + (shifts[2 * control + 1] ?? 0);
      const crossing = Math.max(0, y(upper[1]) - y(lower[1]));
      move(upper, -crossing / 2);
      move(lower, crossing / 2);
    }
    dropChin(shifts);
    return shifts;
  }

  /** The same for vertices between the controls. */
  private keepApart(upper: number, lower: number): void {
    const { moved } = this;
    const gap = (moved[lower * 3 + 1] ?? 0) - (moved[upper * 3 + 1] ?? 0);
    const least = Math.min(0, (this.rest[lower * 3 + 1] ?? 0) - (this.rest[upper * 3 + 1] ?? 0));
    if (gap >= least) return;
    moved[upper * 3 + 1] = (moved[upper * 3 + 1] ?? 0) + (gap - least) / 2;
    moved[lower * 3 + 1] = (moved[lower * 3 + 1] ?? 0) - (gap - least) / 2;
  }

  private closeLids(vertices: readonly LidVertex[], open: number): void {
    const { rest, moved } = this;
    const closing = open < 1 ? 1 - Math.max(0, open) : (1 - Math.min(open, WIDEST)) * WIDER_SHARE;
    for (const { vertex, from, to, share } of vertices)
      for (let k = 0; k < 3; k++) {
        const way = (rest[to * 3 + k] ?? 0) - (rest[from * 3 + k] ?? 0);
        moved[vertex * 3 + k] = (moved[vertex * 3 + k] ?? 0) + way * share * closing;
      }
  }

  /** Turns and shifts the head; rings around it follow by their shares, and the outline's expression likewise. */
  private place(head: FaceParameters['head']): void {
    const { mesh, fit, rest, moved, xs, ys } = this;
    const m = headRotation({
      yawDeg: soften(head.yawDeg, LIMITS.yawDeg),
      pitchDeg: soften(head.pitchDeg, LIMITS.pitchDeg),
      rollDeg: soften(head.rollDeg, LIMITS.rollDeg),
    });
    const near = SEATED_CM / Math.max(SEATED_CM / 2, SEATED_CM + head.zCm);
    this.scale = Math.min(SCALES[1], Math.max(SCALES[0], near));
    const shiftX = soften(head.xCm, LIMITS.xCm) * fit.scale;
    const shiftY = soften(head.yCm, LIMITS.yCm) * fit.scale;
    const [ox, oy] = fit.translation;
    const r = fit.rotation;
    for (let i = 0; i < xs.length; i++) {
      let x = (mesh.xs[i] ?? 0) - ox;
      let y = (mesh.ys[i] ?? 0) - oy;
      let z = mesh.zs[i] ?? 0;
      const leader = 3 * (mesh.leaders[i] ?? 0);
      const share = fit.scale * (mesh.follows[i] ?? 0);
      const ex = ((moved[leader] ?? 0) - (rest[leader] ?? 0)) * share;
      const ey = ((moved[leader + 1] ?? 0) - (rest[leader + 1] ?? 0)) * share;
      const ez = ((moved[leader + 2] ?? 0) - (rest[leader + 2] ?? 0)) * share;
      x += (r[0] ?? 0) * ex + (r[1] ?? 0) * ey + (r[2] ?? 0) * ez;
      y += (r[3] ?? 0) * ex + (r[4] ?? 0) * ey + (r[5] ?? 0) * ez;
      z += (r[6] ?? 0) * ex + (r[7] ?? 0) * ey + (r[8] ?? 0) * ez;
      const turn = mesh.turns[i] ?? 0;
      const tx = this.scale * (m[0] * x + m[1] * y + m[2] * z);
      const ty = this.scale * (m[3] * x + m[4] * y + m[5] * z);
      xs[i] = ox + x + (tx - x) * turn + shiftX * (mesh.shifts[i] ?? 0);
      // A body that sinks goes out of the view below; one that rose would show where the picture ends.
      ys[i] = oy + y + (ty - y) * turn + shiftY * (shiftY > 0 ? (mesh.shifts[i] ?? 0) : turn);
    }
  }
}

/**
 * Landmarkers see a chin's skin go down by a third of what the lip does. A lip alone does not go that far: without the jaw it
 * would slide over a chin that stands still, and a wide mouth looks like a hole cut into the face.
 */
function dropChin(shifts: number[]): void {
  const lip = shifts[LOWER_LIP_Y] ?? 0;
  shifts[CHIN_Y] = Math.max(shifts[CHIN_Y] ?? 0, lip - LIP_ALONE_CM);
}

/** x near 0, ± limit far out. */
function soften(value: number, limit: number): number {
  return limit * Math.tanh(value / limit);
}
