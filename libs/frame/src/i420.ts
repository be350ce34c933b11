/**
 * One picture, 8-bit I420 (planar YUV 4:2:0), BT.709 matrix, limited range (Y 16–235, U and V 16–240).
 * `data` is tightly packed: width·height bytes of Y, then two planes of ⌈width/2⌉·⌈height/2⌉ bytes, U and V.
 */
export interface I420Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The three planes of a frame as views: writing to them writes to the frame. */
export interface I420Planes {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly chromaWidth: number;
  readonly chromaHeight: number;
}

/** Largest side of a frame that Guise accepts, in pixels (8K). */
export const MAX_FRAME_SIDE = 8192;

/** Bytes of an I420 picture. */
export function i420Bytes(width: number, height: number): number {
  return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/**
 * A new frame of one colour; black unless told.
 * @throws RangeError for sizes outside 1…8192
 */
export function createI420(width: number, height: number, y = 16, u = 128, v = 128): I420Frame {
  if (!isSide(width) || !isSide(height)) throw new RangeError('frame sides must be integers from 1 to 8192');
  const frame = { width, height, data: new Uint8Array(i420Bytes(width, height)) };
  const planes = planesOf(frame);
  planes.y.fill(y);
  planes.u.fill(u);
  planes.v.fill(v);
  return frame;
}

function isSide(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_FRAME_SIDE;
}

/**
 * Views of a frame's planes.
 * @throws RangeError when the data does not fit the size
 */
export function planesOf(frame: I420Frame): I420Planes {
  const { width, height, data } = frame;
  if (data.length !== i420Bytes(width, height)) throw new RangeError('I420 data does not fit its size');
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const luma = width * height;
  const chroma = chromaWidth * chromaHeight;
  return {
    y: data.subarray(0, luma),
    u: data.subarray(luma, luma + chroma),
    v: data.subarray(luma + chroma),
    chromaWidth,
    chromaHeight,
  };
}

/** A copy that shares nothing with the frame. */
export function copyI420(frame: I420Frame): I420Frame {
  return { width: frame.width, height: frame.height, data: frame.data.slice() };
}
