import type { LandmarksToTransform } from '../graph.js';

/**
 * MediaPipe's own operators, version 2, as plain scalar code in double precision: slow, readable, and what the ONNX form has to
 * equal. Semantics: google-ai-edge/mediapipe, mediapipe/util/tflite/operations (Apache-2.0).
 */

type Options = Pick<LandmarksToTransform, 'rotationFrom' | 'rotationTo' | 'subset' | 'scale' | 'outputSize'>;

/** Rows of a 4×4 matrix that maps the small square to the picture: shift · rotation · scale · shift to the middle. */
export function landmarksToTransformOracle(points: Float32Array, options: Options): number[] {
  const xy = (index: number) => ({ x: points[3 * index] ?? NaN, y: points[3 * index + 1] ?? NaN });
  const [from, to] = [xy(options.rotationFrom), xy(options.rotationTo)];
  const turn = -Math.atan2(to.y - from.y, to.x - from.x);

  const upright = options.subset.map((index) => rotate(xy(index), turn));
  const [xs, ys] = [upright.map(({ x }) => x), upright.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const centre = rotate({ x: (left + right) / 2, y: (top + bottom) / 2 }, -turn);

  const [height, width] = options.outputSize;
  const [scaleY, scaleX] = [
    (options.scale[0] * (bottom - top)) / height,
    (options.scale[1] * (right - left)) / width,
  ];
  const place = (column: number, row: number) => {
    const turned = rotate({ x: scaleX * (column - width / 2), y: scaleY * (row - height / 2) }, -turn);
    return { x: turned.x + centre.x, y: turned.y + centre.y };
  };
  const [origin, alongX, alongY] = [place(0, 0), place(1, 0), place(0, 1)];
  return [
    ...[alongX.x - origin.x, alongY.x - origin.x, 0, origin.x],
    ...[alongX.y - origin.y, alongY.y - origin.y, 0, origin.y],
    ...[0, 0, 1, 0],
    ...[0, 0, 0, 1],
  ];
}

const rotate = ({ x, y }: { x: number; y: number }, angle: number) => ({
  x: x * Math.cos(angle) - y * Math.sin(angle),
  y: x * Math.sin(angle) + y * Math.cos(angle),
});

/** Bilinear sampling of an NHWC picture (batch 1) at the transformed pixel centres; zero outside of the picture. */
export function transformPictureOracle(
  picture: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  matrix: ArrayLike<number>,
  [outHeight, outWidth]: readonly [number, number],
): Float32Array {
  const value = (y: number, x: number, c: number) =>
    y < height && x < width ? (picture[(y * width + x) * channels + c] ?? NaN) : 0;
  const result = new Float32Array(outHeight * outWidth * channels);
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const place = apply(matrix, column + 0.5, row + 0.5);
      const [x, y] = [place.x - 0.5, place.y - 0.5];
      if (x < 0 || y < 0 || x > width - 1 || y > height - 1) continue;
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [u, v] = [x - x0, y - y0];
      for (let c = 0; c < channels; c++) {
        const upper = value(y0, x0, c) * (1 - u) + value(y0, x0 + 1, c) * u;
        const lower = value(y0 + 1, x0, c) * (1 - u) + value(y0 + 1, x0 + 1, c) * u;
        result[(row * outWidth + column) * channels + c] = upper * (1 - v) + lower * v;
      }
    }
  }
  return result;
}

/** Points x, y through the matrix. */
export function transformPointsOracle(points: Float32Array, matrix: ArrayLike<number>): Float32Array {
  const result = new Float32Array(points.length);
  for (let i = 0; i + 1 < points.length; i += 2) {
    const place = apply(matrix, points[i] ?? NaN, points[i + 1] ?? NaN);
    result.set([place.x, place.y], i);
  }
  return result;
}

function apply(matrix: ArrayLike<number>, x: number, y: number): { readonly x: number; readonly y: number } {
  const at = (index: number) => matrix[index] ?? NaN;
  return { x: at(0) * x + at(1) * y + at(3), y: at(4) * x + at(5) * y + at(7) };
}

/** NHWC picture (batch 1), OHWI filter whose size is the stride: every input pixel paints its own block. */
export function transposedConvolutionOracle(
  picture: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  filter: { readonly values: ArrayLike<number>; readonly shape: readonly [number, number, number, number] },
  bias: ArrayLike<number>,
): Float32Array {
  const [outChannels, blockHeight, blockWidth] = filter.shape;
  const [outHeight, outWidth] = [height * blockHeight, width * blockWidth];
  const result = new Float32Array(outHeight * outWidth * outChannels);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = (Math.floor(y / blockHeight) * width + Math.floor(x / blockWidth)) * channels;
      for (let o = 0; o < outChannels; o++) {
        const weights = ((o * blockHeight + (y % blockHeight)) * blockWidth + (x % blockWidth)) * channels;
        let sum = bias[o] ?? NaN;
        for (let c = 0; c < channels; c++)
          sum += (picture[from + c] ?? NaN) * (filter.values[weights + c] ?? NaN);
        result[(y * outWidth + x) * outChannels + o] = sum;
      }
    }
  }
  return result;
}
