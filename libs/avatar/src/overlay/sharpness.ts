import type { Levels } from './bake.js';
import type { FloatPicture } from './picture.js';

/** Texture sharpness is set in steps of 1/8 octave. */
const STEPS_PER_OCTAVE = 8;
const MAX_BIAS_OCTAVES = 1.6;
/** Bias per unit of detail ratio, per frame. */
const FOLLOW = 0.2;
/** Differences below this are left alone, or the sharpness would hunt between two steps. */
const DEAD_BAND = 0.2;
/** A first frame is drawn this often, with bigger steps. */
const FIRST_PASSES = 4;
const FIRST_FOLLOW = 0.5;

/**
 * How soft a part of a luma plane is: mean squared difference over two pixels, divided by that over one. 4 for a
 * smooth ramp (a soft camera), near 2 for a crisp picture, 1 for white noise.
 */
export function detailRatio(
  plane: ArrayLike<number>,
  stride: number,
  x0: number,
  y0: number,
  width: number,
  height: number,
): number {
  let one = 0;
  let two = 0;
  for (let y = y0; y < y0 + height; y += 3) {
    for (let x = x0; x < x0 + width; x += 3) {
      const i = y * stride + x;
      const here = plane[i] ?? 0;
      const a = (plane[i + 1] ?? 0) - here;
      const b = (plane[i + 2] ?? 0) - here;
      const c = (plane[i + stride] ?? 0) - here;
      const d = (plane[i + 2 * stride] ?? 0) - here;
      one += a * a + c * c;
      two += b * b + d * d;
    }
  }
  return one > 1 ? two / one : 4;
}

/** Keeps the avatar as soft as the camera, so that it does not look pasted in. */
export class SharpnessMatcher {
  private bias = 0;
  private frames = 0;
  private lod = -1;
  private blended: FloatPicture;
  /** Another texture at the same softness. */
  private other: { readonly levels: Levels; readonly lod: number; readonly picture: FloatPicture } | null =
    null;

  constructor(private readonly levels: Levels) {
    this.blended = levels[0];
  }

  reset(): void {
    this.frames = 0;
  }

  /** How often the coming frame is to be drawn and observed. */
  passesNeeded(): number {
    return this.frames === 0 ? FIRST_PASSES : 1;
  }

  /** Compares what the camera showed with what was drawn there. */
  observe(cameraRatio: number, drawnRatio: number): void {
    const off = cameraRatio - drawnRatio;
    if (Math.abs(off) < DEAD_BAND) return;
    const follow = this.frames <= FIRST_PASSES ? FIRST_FOLLOW : FOLLOW;
    this.bias = clampBias(this.bias + off * follow);
  }

  /** The texture to draw with when `texelsPerPixel` is that of the finest level; luma only. */
  texture(texelsPerPixel: number, cameraRatio: number): FloatPicture {
    if (this.frames === 0) this.bias = clampBias((cameraRatio - 2.4) / 1.4);
    this.frames += 1;
    const wanted = Math.log2(texelsPerPixel) + this.bias;
    const top = this.levels.length - 1;
    const lod = Math.max(0, Math.min(top, Math.round(wanted * STEPS_PER_OCTAVE) / STEPS_PER_OCTAVE));
    if (lod !== this.lod) {
      this.lod = lod;
      this.blended = blendLevels(this.levels, lod);
    }
    return this.blended;
  }

  /** Another texture of the same side, as soft as the one given out last; luma only. */
  alike(levels: Levels): FloatPicture {
    const { other, lod } = this;
    if (other?.levels === levels && other.lod === lod) return other.picture;
    const picture = blendLevels(levels, lod);
    this.other = { levels, lod, picture };
    return picture;
  }
}

function clampBias(value: number): number {
  return Math.max(-0.3, Math.min(MAX_BIAS_OCTAVES, value));
}

/** Luma between two levels, at the finer one's size. */
function blendLevels(levels: Levels, lod: number): FloatPicture {
  const fine = levels[Math.floor(lod)] ?? levels[0];
  const coarse = levels[Math.floor(lod) + 1];
  const share = lod - Math.floor(lod);
  if (share === 0 || coarse === undefined) return fine;
  const y = new Float32Array(fine.y.length);
  const { width, height } = fine;
  for (let row = 0; row < height; row++) {
    const near = (row >> 1) * coarse.width;
    const other = Math.max(0, Math.min(coarse.height - 1, (row >> 1) + (row & 1 ? 1 : -1))) * coarse.width;
    for (let x = 0; x < width; x++) {
      const a = x >> 1;
      const b = Math.max(0, Math.min(coarse.width - 1, a + (x & 1 ? 1 : -1)));
      const soft =
        (coarse.y[near + a] ?? 0) * 0.5625 +
        ((coarse.y[near + b] ?? 0) + (coarse.y[other + a] ?? 0)) * 0.1875 +
        (coarse.y[other + b] ?? 0) * 0.0625;
      y[row * width + x] = (fine.y[row * width + x] ?? 0) * (1 - share) + soft * share;
    }
  }
  return { width, height, y, u: fine.u, v: fine.v };
}
