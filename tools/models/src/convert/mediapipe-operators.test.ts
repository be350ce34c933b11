import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph, LandmarksToTransform } from '../graph.js';
import { encodeOnnx } from '../onnx/model.js';
import {
  landmarksToTransformOracle,
  transformPictureOracle,
  transformPointsOracle,
  transposedConvolutionOracle,
} from '../reference/mediapipe-oracle.js';
import { toOnnx } from './to-onnx.js';

const open = (graph: Graph): Promise<InferenceSession> =>
  InferenceSession.create(encodeOnnx(toOnnx(graph, { name: 'one', freeBatch: false })), {
    intraOpNumThreads: 1,
  });

async function run(session: InferenceSession, ...inputs: readonly (readonly [number[], Float32Array])[]) {
  const feeds: Record<string, Tensor> = {};
  inputs.forEach(([shape, data], i) => {
    feeds[session.inputNames[i] ?? ''] = new Tensor('float32', data, shape);
  });
  const results = await session.run(feeds);
  const data = results[session.outputNames[0] ?? '']?.data;
  if (!(data instanceof Float32Array)) throw new TypeError('no float output');
  return data;
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const worst = Array.from(found).reduce(
    (max, value, i) => Math.max(max, Math.abs(value - (expected[i] ?? NaN))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(tolerance);
}

const value = (range: number) => fc.double({ min: -range, max: range, noNaN: true }).map(Math.fround);
const floatArray = (length: number, range: number) =>
  fc.array(value(range), { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));

describe('landmarks to transform', () => {
  const operator: LandmarksToTransform = {
    kind: 'landmarks-to-transform',
    input: 0,
    rotationFrom: 1,
    rotationTo: 4,
    subset: [0, 1, 2, 3, 4],
    scale: [1.25, 1.5],
    outputSize: [12, 16],
    output: 1,
  };
  let session: InferenceSession;
  beforeAll(async () => {
    const tensors = [
      { name: 'points', shape: [1, 6, 3] },
      { name: 'matrix', shape: [1, 4, 4] },
    ];
    session = await open({ tensors, inputs: [0], outputs: [1], operators: [operator] });
  });

  it('equals the scalar form for any points whose turning line has a length', async () => {
    await fc.assert(
      fc.asyncProperty(floatArray(18, 192), async (points) => {
        const [dx, dy] = [(points[12] ?? 0) - (points[3] ?? 0), (points[13] ?? 0) - (points[4] ?? 0)];
        fc.pre(Math.hypot(dx, dy) > 1);
        const found = await run(session, [[1, 6, 3], points]);
        expectClose(found, landmarksToTransformOracle(points, operator), 2e-3);
      }),
      { numRuns: 200 },
    );
  });
});

describe('transform picture', () => {
  let session: InferenceSession;
  beforeAll(async () => {
    const tensors = [
      { name: 'picture', shape: [1, 5, 7, 3] },
      { name: 'matrix', shape: [1, 4, 4] },
      { name: 'cut', shape: [1, 4, 6, 3] },
    ];
    const operator = {
      kind: 'transform-picture',
      input: 0,
      transform: 1,
      outputSize: [4, 6],
      output: 2,
    } as const;
    session = await open({ tensors, inputs: [0, 1], outputs: [2], operators: [operator] });
  });

  it('equals the scalar form, inside and outside of the picture', async () => {
    await fc.assert(
      fc.asyncProperty(
        floatArray(105, 1),
        floatArray(4, 1.5),
        floatArray(2, 6),
        async (picture, turn, shift) => {
          const [a = 0, b = 0, c = 0, d = 0] = turn;
          const [x = 0, y = 0] = shift;
          const matrix = Float32Array.of(a, b, 0, x, c, d, 0, y, 0, 0, 1, 0, 0, 0, 0, 1);
          fc.pre(clearOfTheEdge(matrix, [5, 7], [4, 6]));
          const found = await run(session, [[1, 5, 7, 3], picture], [[1, 4, 4], matrix]);
          expectClose(found, transformPictureOracle(picture, [5, 7, 3], matrix, [4, 6]), 2e-5);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('copies pixels where the transform is a shift by whole pixels', async () => {
    const picture = Float32Array.from({ length: 105 }, (_, i) => i);
    const matrix = Float32Array.of(1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1);
    const found = await run(session, [[1, 5, 7, 3], picture], [[1, 4, 4], matrix]);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 6; x++)
        for (let c = 0; c < 3; c++) {
          expect(found[(y * 6 + x) * 3 + c]).toBeCloseTo(picture[((y + 1) * 7 + x + 1) * 3 + c] ?? NaN, 3);
        }
  });
});

/** On the edge itself the last bit decides between a colour and zero: both are right, and no network depends on it. */
function clearOfTheEdge(
  m: Float32Array,
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
): boolean {
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const [u, v] = [column + 0.5, row + 0.5];
      const x = (m[0] ?? 0) * u + (m[1] ?? 0) * v + (m[3] ?? 0) - 0.5;
      const y = (m[4] ?? 0) * u + (m[5] ?? 0) * v + (m[7] ?? 0) - 0.5;
      if ([x, x - (width - 1), y, y - (height - 1)].some((distance) => Math.abs(distance) < 1e-4))
        return false;
    }
  }
  return true;
}

describe('transform points', () => {
  it('equals the scalar form', async () => {
    const tensors = [
      { name: 'points', shape: [1, 5, 2] },
      { name: 'matrix', shape: [1, 4, 4] },
      { name: 'moved', shape: [1, 5, 2] },
    ];
    const operator = { kind: 'transform-points', input: 0, transform: 1, output: 2 } as const;
    const session = await open({ tensors, inputs: [0, 1], outputs: [2], operators: [operator] });
    await fc.assert(
      fc.asyncProperty(floatArray(10, 16), floatArray(16, 8), async (points, matrix) => {
        const found = await run(session, [[1, 5, 2], points], [[1, 4, 4], matrix]);
        expectClose(found, transformPointsOracle(points, matrix), 1e-4);
      }),
      { numRuns: 100 },
    );
  });
});

describe('transposed convolution', () => {
  it('equals the scalar form', async () => {
    const filter = Float32Array.from({ length: 2 * 2 * 3 * 4 }, (_, i) => ((i * 7) % 11) / 5 - 1);
    const bias = Float32Array.of(0.5, -0.25);
    const tensors = [
      { name: 'picture', shape: [1, 3, 5, 4] },
      { name: 'filter', shape: [2, 2, 3, 4], constant: filter },
      { name: 'bias', shape: [2], constant: bias },
      { name: 'painted', shape: [1, 6, 15, 2] },
    ];
    const operator = {
      kind: 'transposed-convolution',
      input: 0,
      filter: 1,
      bias: 2,
      strides: [2, 3],
      output: 3,
    } as const;
    const session = await open({ tensors, inputs: [0], outputs: [3], operators: [operator] });
    await fc.assert(
      fc.asyncProperty(floatArray(60, 4), async (picture) => {
        const found = await run(session, [[1, 3, 5, 4], picture]);
        const shaped = { values: filter, shape: [2, 2, 3, 4] as const };
        expectClose(found, transposedConvolutionOracle(picture, [3, 5, 4], shaped, bias), 1e-5);
      }),
      { numRuns: 50 },
    );
  });
});
