import { planesOf, toByte, type Box, type I420Frame } from '@guise/frame';

/** Lifts the shadows of a dark picture, driven by the face in it, steadily: a lamp on the desk, not an automatic exposure. */
export interface FillLight {
  /**
   * In place. Black stays black and white stays white.
   * @param face where the face was seen last, pixels; null: the middle of the picture counts
   * @param timestampMs media time; must not run backwards
   */
  apply(frame: I420Frame, face: Box | null, timestampMs: number): void;
  /** Slope of the curve in the shadows; 1: the picture is left alone. */
  readonly gain: number;
}

/**
 * Mean luma of a face that is light enough, as a share of the way from black to white: what cameras give of dark skin in good light. A
 * target above it would lighten people, not pictures.
 */
const ENOUGH = 0.28;
/** More is not lifted, however dark it is: noise grows by as much. */
export const MAX_GAIN = 4;
/** The goal stays while what is measured asks for one as near as this (as a ratio): flicker moves nothing. */
const STEADY = 1.12;
const SECONDS_TO_FOLLOW = 0.7;
/** A gain as near to 1 as this is none. */
const NO_GAIN = 1.01;
/** Part of the face's box, around its centre, that is measured: skin rather than hair and room. */
const CORE = 0.6;
/** Pixels between two samples, each way. */
const SPACING = 4;
/** Colours are lifted with their luma, up to this: noise in the shadows has no colour worth more. */
const MAX_CHROMA_GAIN = 2;
const [BLACK, RANGE] = [16, 219];

export function createFillLight(): FillLight {
  return new SteadyLight();
}

class SteadyLight implements FillLight {
  gain = 1;
  #goal = 1;
  #lastMs: number | null = null;
  readonly #lumas = new Uint8Array(256);
  /** Of a chroma sample by its luma, in 1/256. */
  readonly #chromaGains = new Int32Array(256);

  apply(frame: I420Frame, face: Box | null, timestampMs: number): void {
    const wanted = gainFor(measure(frame, face ?? middleOf(frame)));
    const ratio = wanted / this.#goal;
    if (ratio > STEADY || ratio < 1 / STEADY || wanted === 1) this.#goal = wanted;
    const passedMs = this.#lastMs === null ? 0 : timestampMs - this.#lastMs;
    this.#lastMs = timestampMs;
    this.gain *= (this.#goal / this.gain) ** (1 - Math.exp(-passedMs / (1000 * SECONDS_TO_FOLLOW)));
    if (this.gain < NO_GAIN) return;
    this.#chooseCurve();
    this.#lift(frame);
  }

  #chooseCurve(): void {
    for (let code = 0; code < 256; code++) {
      const share = (code - BLACK) / RANGE;
      const isInRange = share > 0 && share < 1;
      const lifted = isInRange ? curve(share, this.gain) : share;
      this.#lumas[code] = toByte(BLACK + RANGE * lifted);
      const ratio = share > 0 ? lifted / share : this.gain;
      this.#chromaGains[code] = Math.round(256 * Math.min(MAX_CHROMA_GAIN, ratio));
    }
  }

  #lift(frame: I420Frame): void {
    const { y, u, v, chromaWidth, chromaHeight } = planesOf(frame);
    const [lumas, gains, { width, height }] = [this.#lumas, this.#chromaGains, frame];
    for (let row = 0, k = 0; row < chromaHeight; row++) {
      const line = 2 * row * width;
      const below = 2 * row + 1 < height ? line + width : line;
      for (let column = 0; column < chromaWidth; column++, k++) {
        const luma = ((y[line + 2 * column] ?? 0) + (y[below + 2 * column] ?? 0)) >> 1;
        const gain = gains[luma] ?? 256;
        u[k] = lifted(u[k] ?? 128, gain);
        v[k] = lifted(v[k] ?? 128, gain);
      }
    }
    const size = width * height;
    for (let i = 0; i < size; i++) y[i] = lumas[y[i] ?? 0] ?? 0;
  }
}

/** From black to white, steepest in the shadows: slope `gain` at 0, 1/`gain` at 1; the identity for 1. */
const curve = (share: number, gain: number): number => (share * gain) / (1 + (gain - 1) * share);

/** The gain that takes a mean to what is enough, within the bounds. */
function gainFor(mean: number): number {
  const share = Math.max(mean, 1e-3);
  return Math.min(MAX_GAIN, Math.max(1, (ENOUGH * (1 - share)) / (share * (1 - ENOUGH))));
}

function lifted(code: number, gain: number): number {
  const value = 128 + (((code - 128) * gain + 128) >> 8);
  return value < 16 ? 16 : value > 240 ? 240 : value;
}

const middleOf = ({ width, height }: I420Frame): Box => ({ x: 0, y: 0, width, height });

/** Mean luma of the middle of a part of the picture, from 0 (black) to 1; of nothing, 1. */
function measure({ data, width, height }: I420Frame, part: Box): number {
  const inset = (1 - CORE) / 2;
  const left = Math.max(0, Math.round(part.x + inset * part.width));
  const top = Math.max(0, Math.round(part.y + inset * part.height));
  const right = Math.min(width, part.x + (1 - inset) * part.width);
  const bottom = Math.min(height, part.y + (1 - inset) * part.height);
  let [sum, count] = [0, 0];
  for (let row = top; row < bottom; row += SPACING)
    for (let column = left; column < right; column += SPACING, count++)
      sum += data[row * width + column] ?? 0;
  return count === 0 ? 1 : (sum / count - BLACK) / RANGE;
}
