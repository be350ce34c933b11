import type { Bounds } from '../mesh/bounds.js';

/** The part of the frame being worked on: even corner and size, so that chroma stays on its grid. */
export interface Layer {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly chromaWidth: number;
  readonly chromaHeight: number;
  /** Avatar picture at full size (luma) and half size (chroma), limited-range code values, not rounded. */
  readonly luma: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** 0 camera … 1 avatar, at half size. */
  readonly mask: Float32Array;
  /** Scratch at half size. */
  readonly gain: Float32Array;
  readonly lift: Float32Array;
  /** Share of the avatar's own chroma; the rest is plain skin. */
  readonly own: Float32Array;
  /** Share of what a turned head shows at its sides; only written while the head is turned. */
  readonly turned: Float32Array;
  readonly tintU: Float32Array;
  readonly tintV: Float32Array;
  readonly textureX: Float32Array;
  readonly textureY: Float32Array;
  readonly scratch: Float32Array;
  /** Scratch at full size. */
  readonly lumaX: Float32Array;
  readonly lumaY: Float32Array;
}

/** Hands out the buffers of one region; they grow when needed and are reused from frame to frame. */
export class LayerPool {
  private capacity = 0;
  private full: readonly Float32Array[] = [];
  private half: readonly Float32Array[] = [];

  /** A layer around a face, cut at the frame's border. Contents are whatever the last frame left. */
  take(face: Bounds, marginPx: number, frameWidth: number, frameHeight: number): Layer {
    const x = Math.max(0, Math.floor(face.left - marginPx)) & ~1;
    const y = Math.max(0, Math.floor(face.top - marginPx)) & ~1;
    const width = (Math.min(frameWidth, Math.ceil(face.right + marginPx)) - x + 1) & ~1;
    const height = (Math.min(frameHeight, Math.ceil(face.bottom + marginPx)) - y + 1) & ~1;
    this.reserve(width * height);
    const chromaWidth = width >> 1;
    const chromaHeight = height >> 1;
    const big = this.full.map((buffer) => buffer.subarray(0, width * height));
    const small = this.half.map((buffer) => buffer.subarray(0, chromaWidth * chromaHeight));
    const [luma = none, lumaX = none, lumaY = none] = big;
    const [u = none, v = none, mask = none, gain = none, tintU = none] = small;
    const [
      ,
      ,
      ,
      ,
      ,
      tintV = none,
      textureX = none,
      textureY = none,
      scratch = none,
      lift = none,
      own = none,
      turned = none,
    ] = small;
    const size = { x, y, width, height, chromaWidth, chromaHeight };
    return {
      ...size,
      luma,
      u,
      v,
      mask,
      gain,
      lift,
      own,
      turned,
      tintU,
      tintV,
      textureX,
      textureY,
      scratch,
      lumaX,
      lumaY,
    };
  }

  private reserve(pixels: number): void {
    if (pixels <= this.capacity) return;
    this.capacity = Math.ceil(pixels * 1.25);
    this.full = Array.from({ length: 3 }, () => new Float32Array(this.capacity));
    this.half = Array.from({ length: 12 }, () => new Float32Array((this.capacity >> 2) + 1));
  }
}

const none = new Float32Array(0);
