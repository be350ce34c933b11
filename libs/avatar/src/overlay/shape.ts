import { FACE_VERTEX_COUNT, LANDMARK_COUNT, LEFT_EYE, RIGHT_EYE } from '@guise/frame';
import { toHeadFrame, type HeadFit } from '../mesh/similarity.js';
import { createVertexKernel, smoothOverFace, type VertexKernel } from '../mesh/smoothing.js';

/** Proportions are compared at this scale: wide enough that an open mouth or a closed lid averages out. */
const SHAPE_SIGMA_CM = 1.5;
/** The wearer's resting shape is the mean of the first frames; then it is followed slowly, every few frames. */
const NEUTRAL_START_FRAMES = 30;
const NEUTRAL_EVERY = 4;
const NEUTRAL_FOLLOW = 0.05;
const MAX_SHIFT_CM = 0.8;

/** Where the avatar's face is drawn: the wearer's mesh, with the avatar's proportions inside it. */
export interface DrawnShape {
  /** 478 positions in frame pixels. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
}

/** Blends proportions; remembers the wearer's resting shape. */
export class ShapeBlender {
  private readonly kernel: VertexKernel = createVertexKernel(SHAPE_SIGMA_CM);
  private readonly local = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly neutral = new Float32Array(FACE_VERTEX_COUNT * 3);
  private readonly difference = new Float32Array(FACE_VERTEX_COUNT);
  private readonly shift = [0, 1, 2].map(() => new Float32Array(FACE_VERTEX_COUNT));
  private readonly ones = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  private readonly drawn = { xs: new Float32Array(LANDMARK_COUNT), ys: new Float32Array(LANDMARK_COUNT) };
  private readonly seen = { xs: new Float32Array(LANDMARK_COUNT), ys: new Float32Array(LANDMARK_COUNT) };
  private frames = 0;

  constructor(
    private readonly avatarShape: Float32Array,
    private readonly interior: Float32Array,
    private readonly blend: number,
  ) {}

  reset(): void {
    this.frames = 0;
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
    const follow = this.frames < NEUTRAL_START_FRAMES ? 1 / (this.frames + 1) : NEUTRAL_FOLLOW;
    for (let k = 0; k < this.local.length; k++)
      this.neutral[k] = (this.neutral[k] ?? 0) + ((this.local[k] ?? 0) - (this.neutral[k] ?? 0)) * follow;
  }

  /** Smoothed avatar-minus-wearer proportions, fading to nothing at the outline. */
  private findShift(): void {
    for (let axis = 0; axis < 3; axis++) {
      const out = this.shift[axis];
      if (out === undefined) continue;
      for (let i = 0; i < FACE_VERTEX_COUNT; i++)
        this.difference[i] = (this.avatarShape[i * 3 + axis] ?? 0) - (this.neutral[i * 3 + axis] ?? 0);
      smoothOverFace(this.kernel, this.difference, this.ones, 0, out);
      for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
        const full = (out[i] ?? 0) * this.blend * (this.interior[i] ?? 0);
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
