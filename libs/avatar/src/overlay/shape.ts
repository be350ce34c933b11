import { FACE_VERTEX_COUNT, LANDMARK_COUNT, LEFT_EYE, LIPS_INNER, RIGHT_EYE } from '@guise/frame';
import { toHeadFrame, type HeadFit } from '../mesh/similarity.js';
import { measureAperture } from '../mesh/aperture.js';
import { createVertexKernel, smoothOverFace, type VertexKernel } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';

/** Proportions are compared at this scale … */
const SHAPE_SIGMA_CM = 0.5;
/** … and around eyes and mouth at this one, so that lids and lips move together: how far they are open is the wearer's. */
const OPENING_SIGMA_CM = 1;
/** The wearer's resting shape is the mean of the first frames, then it is followed slowly, every few frames. */
const NEUTRAL_START_FRAMES = 30;
const NEUTRAL_EVERY = 4;
const NEUTRAL_WEIGHT = 20;
/** A mouth open this far, over its width, is at rest, and one that far hardly counts. */
const RESTING_LIPS = 0.04;
const OPEN_LIPS = 0.2;
const LEAST_REST = 0.05;
const MAX_SHIFT_CM = 1.3;

/** Where the avatar's face is drawn: the wearer's mesh, with the avatar's proportions inside it. */
export interface DrawnShape {
  /** 478 positions in frame pixels. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
}

/** Blends proportions; remembers the wearer's resting shape. */
export class ShapeBlender {
  private readonly kernel: VertexKernel = createVertexKernel(SHAPE_SIGMA_CM);
  private readonly wide: VertexKernel = createVertexKernel(OPENING_SIGMA_CM);
  private readonly atOpenings = new Float32Array(FACE_VERTEX_COUNT);
  private readonly local = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly neutral = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly difference = new Float32Array(FACE_VERTEX_COUNT);
  private readonly shift = [0, 1, 2].map(() => new Float32Array(FACE_VERTEX_COUNT));
  private readonly ones = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  private readonly drawn = { xs: new Float32Array(LANDMARK_COUNT), ys: new Float32Array(LANDMARK_COUNT) };
  private readonly seen = { xs: new Float32Array(LANDMARK_COUNT), ys: new Float32Array(LANDMARK_COUNT) };
  private frames = 0;
  private learnt = 0;

  constructor(
    private readonly avatarShape: Float32Array,
    private readonly topology: Pick<FaceTopology, 'interior' | 'openings'>,
    private readonly blend: number,
  ) {}

  reset(): void {
    this.frames = 0;
    this.learnt = 0;
  }

  /** Both results are reused by the next call. */
  draw(landmarks: Float32Array, fit: HeadFit): { readonly wearer: DrawnShape; readonly drawn: DrawnShape } {
    const { xs, ys } = this.seen;
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      xs[i] = landmarks[i * 3] ?? 0;
      ys[i] = landmarks[i * 3 + 1] ?? 0;
    }
    this.drawn.xs.set(xs);
    this.drawn.ys.set(ys);
    const result = { wearer: this.seen, drawn: this.drawn };
    if (this.blend === 0) return result;
    toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, this.local);
    if (this.frames < NEUTRAL_START_FRAMES || this.frames % NEUTRAL_EVERY === 0) {
      this.learnNeutral();
      this.findShift();
    }
    this.frames += 1;
    this.applyShift(fit);
    return result;
  }

  private learnNeutral(): void {
    const lips = measureAperture(this.seen.xs, this.seen.ys, LIPS_INNER);
    const openness = lips.heightPx / lips.widthPx;
    const rest = 1 - smoothstep((openness - RESTING_LIPS) / (OPEN_LIPS - RESTING_LIPS));
    const weight = LEAST_REST + (1 - LEAST_REST) * rest;
    this.learnt = Math.min(this.learnt + weight, NEUTRAL_WEIGHT);
    const follow = weight / this.learnt;
    for (let k = 0; k < this.local.length; k++)
      this.neutral[k] = (this.neutral[k] ?? 0) + ((this.local[k] ?? 0) - (this.neutral[k] ?? 0)) * follow;
  }

  /** Smoothed avatar-minus-wearer proportions, fading to nothing at the outline. */
  private findShift(): void {
    const { interior, openings } = this.topology;
    for (let axis = 0; axis < 3; axis++) {
      const out = this.shift[axis];
      if (out === undefined) continue;
      for (let i = 0; i < FACE_VERTEX_COUNT; i++)
        this.difference[i] = (this.avatarShape[i * 3 + axis] ?? 0) - (this.neutral[i * 3 + axis] ?? 0);
      smoothOverFace(this.kernel, this.difference, this.ones, 0, out);
      smoothOverFace(this.wide, this.difference, this.ones, 0, this.atOpenings);
      for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
        const share = openings[i] ?? 0;
        const shift = (out[i] ?? 0) * (1 - share) + (this.atOpenings[i] ?? 0) * share;
        const full = shift * this.blend * (interior[i] ?? 0);
        out[i] = Math.max(-MAX_SHIFT_CM, Math.min(MAX_SHIFT_CM, full));
      }
    }
  }

  private applyShift(fit: HeadFit): void {
    const { xs, ys } = this.drawn;
    const [sx, sy, sz] = this.shift;
    const m = fit.rotation;
    const move = (point: number, from: number): void => {
      const x = sx?.[from] ?? 0;
      const y = sy?.[from] ?? 0;
      const z = sz?.[from] ?? 0;
      xs[point] = (xs[point] ?? 0) + fit.scale * ((m[0] ?? 0) * x + (m[1] ?? 0) * y + (m[2] ?? 0) * z);
      ys[point] = (ys[point] ?? 0) + fit.scale * ((m[3] ?? 0) * x + (m[4] ?? 0) * y + (m[5] ?? 0) * z);
    };
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) move(i, i);
    // An iris has no place on the surface: it moves with the middle of its upper lid.
    for (let i = FACE_VERTEX_COUNT; i < LANDMARK_COUNT; i++)
      move(i, (i < FACE_VERTEX_COUNT + 5 ? RIGHT_EYE[4] : LEFT_EYE[4]) ?? 0);
  }
}
