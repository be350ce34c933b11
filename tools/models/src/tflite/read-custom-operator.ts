import { toObject } from 'flatbuffers/js/flexbuffers.js';
import { z } from 'zod';
import { malformed, unsupported } from '../errors.js';
import type { Operator, Tensor } from '../graph.js';
import type { Step } from './step.js';
import { argument, result, shapeOf } from './step.js';

/** Options of MediaPipe's own operators (mediapipe/util/tflite/operations, version 2), stored as FlexBuffer maps. */
const size = z.int().min(1).max(1_024);
const outputSize = z.object({ output_width: size, output_height: size });
const landmarkIndex = z.int().min(0).max(10_000);
const landmarksToTransform = outputSize.extend({
  left_rotation_idx: landmarkIndex,
  right_rotation_idx: landmarkIndex,
  subset_idxs: z.array(landmarkIndex).min(2).max(1_024),
  scale_x: z.number().positive().max(100),
  scale_y: z.number().positive().max(100),
  target_rotation_radians: z.null(),
});

export function readCustomOperator(step: Step, tensors: readonly Tensor[]): Operator {
  switch (step.code.custom) {
    case 'Convolution2DTransposeBias':
      return transposedConvolution(step, tensors);
    case 'Landmarks2TransformMatrix':
      return readLandmarksToTransform(step, tensors);
    case 'TransformTensorBilinear':
      return transformPicture(step, tensors);
    case 'TransformLandmarks':
      return transformPoints(step, tensors);
    default:
      throw unsupported(`the custom operator ${JSON.stringify(step.code.custom)}`);
  }
}

/** TfLiteTransposeConvParams: three little-endian int32, padding (1 = SAME, 2 = VALID), stride width, stride height. */
function transposedConvolution(step: Step, tensors: readonly Tensor[]): Operator {
  const raw = step.customOptions;
  if (raw.length !== 12) throw malformed('options of Convolution2DTransposeBias');
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const strides = [view.getInt32(8, true), view.getInt32(4, true)] as const;
  const [input, filter, bias] = [argument(step, 0), argument(step, 1), argument(step, 2)];
  shapeOf(tensors, input, 4);
  const [, height, width] = shapeOf(tensors, filter, 4);
  // With stride equal to kernel, SAME and VALID are the same and no output is shared between inputs.
  if (height !== strides[0] || width !== strides[1]) throw unsupported('overlapping transposed convolution');
  return { kind: 'transposed-convolution', input, filter, bias, strides, output: result(step) };
}

function readLandmarksToTransform(step: Step, tensors: readonly Tensor[]): Operator {
  const options = readMap(step, landmarksToTransform);
  const input = argument(step, 0);
  const points = shapeOf(tensors, input, 3)[1] ?? 0;
  const subset = options.subset_idxs;
  const { left_rotation_idx: rotationFrom, right_rotation_idx: rotationTo } = options;
  if ([rotationFrom, rotationTo, ...subset].some((index) => index >= points)) {
    throw malformed('Landmarks2TransformMatrix names a landmark that does not exist');
  }
  return {
    kind: 'landmarks-to-transform',
    input,
    rotationFrom,
    rotationTo,
    subset,
    scale: [options.scale_y, options.scale_x],
    outputSize: [options.output_height, options.output_width],
    output: result(step),
  };
}

function transformPicture(step: Step, tensors: readonly Tensor[]): Operator {
  const options = readMap(step, outputSize);
  const input = argument(step, 0);
  shapeOf(tensors, input, 4);
  return {
    kind: 'transform-picture',
    input,
    transform: argument(step, 1),
    outputSize: [options.output_height, options.output_width],
    output: result(step),
  };
}

function transformPoints(step: Step, tensors: readonly Tensor[]): Operator {
  const input = argument(step, 0);
  if (shapeOf(tensors, input, 3)[2] !== 2) throw unsupported('TransformLandmarks of other than flat points');
  return { kind: 'transform-points', input, transform: argument(step, 1), output: result(step) };
}

function readMap<T>(step: Step, schema: z.ZodType<T>): T {
  let options: unknown;
  try {
    // A copy: the FlexBuffer root is found from the end of its own buffer.
    options = toObject(step.customOptions.slice().buffer);
  } catch (error) {
    // The library throws strings, and RangeErrors of DataView.
    throw malformed(`options of ${step.code.custom}`, error);
  }
  const parsed = schema.safeParse(options);
  if (!parsed.success) throw malformed(`options of ${step.code.custom}: ${parsed.error.message}`);
  return parsed.data;
}
