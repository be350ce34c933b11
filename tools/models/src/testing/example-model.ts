import type { TfliteOperatorSpec, TfliteSpec } from './write-tflite.js';
import { flexMap, floats, halves, ints } from './write-tflite.js';

const SAME = [0, 'int8', 0] as const;
const VALID = [0, 'int8', 1] as const;
const ONE = 0x3c00;

/** Half-precision filter 1×1, its weights reaching the convolution through DEQUANTIZE. */
const half = [ONE, ONE, 0xb800, ONE];

/**
 * A picture 4×4×2 through one of nearly every operator: tensors are numbered in the order of the list.
 * Weights are small numbers that can be followed by hand.
 */
export function exampleModel(): TfliteSpec {
  const operators: TfliteOperatorSpec[] = [
    { code: 6, inputs: [1], outputs: [2] },
    {
      code: 3,
      inputs: [0, 2, 3],
      outputs: [4],
      options: [VALID, [1, 'int32', 1], [2, 'int32', 1], [4, 'int32', 1], [5, 'int32', 1]],
    },
    {
      code: 4,
      inputs: [4, 5, 3],
      outputs: [6],
      options: [SAME, [1, 'int32', 2], [2, 'int32', 2], [3, 'int32', 1], [5, 'int32', 1], [6, 'int32', 1]],
    },
    { code: 54, inputs: [6, 7], outputs: [8] },
    { code: 34, inputs: [8, 9], outputs: [10] },
    { code: 23, inputs: [8, 11], outputs: [12], options: [[3, 'int8', 1]] },
    { code: 0, inputs: [12, 3], outputs: [13], options: [[0, 'int8', 0]] },
    {
      code: 17,
      inputs: [13],
      outputs: [14],
      options: [VALID, ...([1, 2, 3, 4] as const).map((f) => [f, 'int32', 2] as const)],
    },
    { code: 40, inputs: [14, 15], outputs: [16], options: [[0, 'int8', 1]] },
    { code: 14, inputs: [16], outputs: [17] },
    { code: 22, inputs: [10], outputs: [18] },
    { code: 22, inputs: [17], outputs: [19] },
    { code: 2, inputs: [18, 19], outputs: [20], options: [[0, 'int32', 1]] },
    { code: 45, inputs: [20, 21, 22, 23], outputs: [24], options: [] },
    {
      code: 32,
      custom: 'TransformTensorBilinear',
      inputs: [0, 25],
      outputs: [26],
      customOptions: flexMap({ output_width: 2, output_height: 2 }),
    },
  ];
  return {
    tensors: [
      { name: 'picture', shape: [1, 4, 4, 2] },
      { name: 'half', shape: [2, 1, 1, 2], type: 1, data: halves(...half) },
      { name: 'filter', shape: [2, 1, 1, 2] },
      { name: 'bias', shape: [2], data: floats(0.25, -0.5) },
      { name: 'mixed', shape: [1, 4, 4, 2] },
      {
        name: 'depthwise',
        shape: [1, 3, 3, 2],
        data: floats(...Array.from({ length: 18 }, (_, i) => (i % 5) - 2)),
      },
      { name: 'strided', shape: [1, 2, 2, 2] },
      { name: 'slope', shape: [1, 1, 2], data: floats(0.5, -1) },
      { name: 'bent', shape: [1, 2, 2, 2] },
      { name: 'amounts', shape: [4, 2], type: 2, data: ints(0, 0, 0, 0, 0, 0, 0, 1) },
      { name: 'padded', shape: [1, 2, 2, 3] },
      { name: 'size', shape: [2], type: 2, data: ints(4, 4) },
      { name: 'large', shape: [1, 4, 4, 2] },
      { name: 'sum', shape: [1, 4, 4, 2] },
      { name: 'pooled', shape: [1, 2, 2, 2] },
      { name: 'axes', shape: [2], type: 2, data: ints(1, 2) },
      { name: 'mean', shape: [1, 1, 1, 2] },
      { name: 'odds', shape: [1, 1, 1, 2] },
      { name: 'flat', shape: [1, 12] },
      { name: 'flat odds', shape: [1, 2] },
      { name: 'joined', shape: [1, 14] },
      { name: 'begin', shape: [2], type: 2, data: ints(0, 3) },
      { name: 'end', shape: [2], type: 2, data: ints(1, 14) },
      { name: 'stride', shape: [2], type: 2, data: ints(1, 1) },
      { name: 'out/values:0', shape: [1, 11] },
      { name: 'matrix', shape: [1, 4, 4], data: floats(1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1) },
      { name: 'cut', shape: [1, 2, 2, 2] },
    ],
    operators,
    inputs: [0],
    outputs: [24, 26],
  };
}
