import { malformed, unsupported } from '../errors.js';
import type { Binary, Convolution, Operator, Padding, Tensor, Unary } from '../graph.js';
import type { FlatTable } from './flat-table.js';
import { readCustomOperator } from './read-custom-operator.js';
import type { Step } from './step.js';
import { argument, result, shapeOf } from './step.js';

type Reader = (step: Step, tensors: readonly Tensor[]) => Operator;

/** BuiltinOperator numbers of the TFLite schema, those that the converter implements. */
const READERS = new Map<number, Reader>([
  [0, binary('add')],
  [2, concatenation],
  [3, convolution(false)],
  [4, convolution(true)],
  [14, unary('logistic')],
  [17, maxPool],
  [18, binary('multiply')],
  [19, unary('relu')],
  [22, (step) => ({ kind: 'reshape', input: argument(step, 0), output: result(step) })],
  [23, resizeBilinear],
  [32, readCustomOperator],
  [34, pad],
  [40, spatialMean],
  [41, binary('subtract')],
  [45, stridedSlice],
  [
    54,
    (step) => ({ kind: 'prelu', input: argument(step, 0), slope: argument(step, 1), output: result(step) }),
  ],
  [101, unary('abs')],
  [117, unary('hard-swish')],
]);

export function readOperator(step: Step, tensors: readonly Tensor[]): Operator {
  const reader = READERS.get(step.code.builtin);
  if (!reader) throw unsupported(`TFLite operator ${step.code.builtin}`);
  return reader(step, tensors);
}

function integers(tensors: readonly Tensor[], index: number): number[] {
  const values = tensors[index]?.constant;
  if (!(values instanceof Int32Array)) throw unsupported('a computed shape, size or axis');
  return Array.from(values);
}

function requireOptions(step: Step): FlatTable {
  if (!step.options) throw malformed(`operator ${step.code.builtin} lacks its options`);
  return step.options;
}

/** None of the networks uses a fused activation. */
function refuseActivation(options: FlatTable | undefined, field: number): void {
  if (options && options.int8(field, 0) !== 0) throw unsupported('fused activations');
}

function padding(options: FlatTable, field: number): Padding {
  const code = options.int8(field, 0);
  if (code !== 0 && code !== 1) throw malformed(`padding ${code}`);
  return code === 0 ? 'same' : 'valid';
}

function pair(vertical: number, horizontal: number): readonly [number, number] {
  if (vertical < 1 || horizontal < 1 || vertical > 1_024 || horizontal > 1_024) {
    throw malformed(`a stride or window of ${vertical}×${horizontal}`);
  }
  return [vertical, horizontal];
}

function convolution(depthwise: boolean): Reader {
  // Conv2DOptions: padding, strideW, strideH, activation, dilationW, dilationH. Depthwise has a multiplier before activation.
  const activation = depthwise ? 4 : 3;
  return (step, tensors): Convolution => {
    const options = requireOptions(step);
    refuseActivation(options, activation);
    if (options.int32(activation + 1, 1) !== 1 || options.int32(activation + 2, 1) !== 1)
      throw unsupported('dilation');
    const [input, filter, bias] = [argument(step, 0), argument(step, 1), argument(step, 2)];
    const channels = shapeOf(tensors, input, 4)[3];
    const filterShape = shapeOf(tensors, filter, 4);
    if (filterShape[3] !== channels) throw unsupported('grouped convolution');
    if (depthwise && filterShape[0] !== 1) throw malformed('a depthwise filter of several sets');
    shapeOf(tensors, bias, 1);
    const strides = pair(options.int32(2, 1), options.int32(1, 1));
    const output = result(step);
    return {
      kind: 'convolution',
      input,
      filter,
      bias,
      depthwise,
      padding: padding(options, 0),
      strides,
      output,
    };
  };
}

function maxPool(step: Step, tensors: readonly Tensor[]): Operator {
  const options = requireOptions(step);
  refuseActivation(options, 5);
  const input = argument(step, 0);
  shapeOf(tensors, input, 4);
  const strides = pair(options.int32(2, 1), options.int32(1, 1));
  const window = pair(options.int32(4, 1), options.int32(3, 1));
  return { kind: 'max-pool', input, padding: padding(options, 0), strides, window, output: result(step) };
}

function unary(compute: Unary['compute']): Reader {
  return (step) => ({ kind: 'unary', compute, input: argument(step, 0), output: result(step) });
}

function binary(compute: Binary['compute']): Reader {
  return (step) => {
    refuseActivation(step.options, 0);
    return { kind: 'binary', compute, inputs: [argument(step, 0), argument(step, 1)], output: result(step) };
  };
}

function concatenation(step: Step, tensors: readonly Tensor[]): Operator {
  const options = requireOptions(step);
  refuseActivation(options, 1);
  const output = result(step);
  const rank = tensors[output]?.shape.length ?? 0;
  const axis = options.int32(0, 0);
  if (axis < -rank || axis >= rank) throw malformed(`concatenation along axis ${axis} of ${rank}`);
  return { kind: 'concatenation', inputs: step.inputs, axis: axis < 0 ? axis + rank : axis, output };
}

function pad(step: Step, tensors: readonly Tensor[]): Operator {
  const input = argument(step, 0);
  const flat = integers(tensors, argument(step, 1));
  const rank = tensors[input]?.shape.length ?? 0;
  if (flat.length !== 2 * rank || flat.some((amount) => amount < 0)) throw malformed('padding amounts');
  const amounts = Array.from({ length: rank }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0] as const);
  return { kind: 'pad', input, amounts, output: result(step) };
}

function resizeBilinear(step: Step, tensors: readonly Tensor[]): Operator {
  const options = requireOptions(step);
  // ResizeBilinearOptions: (new size, twice, deprecated), align_corners, half_pixel_centers.
  if (options.int8(2, 0) !== 0 || options.int8(3, 0) === 0)
    throw unsupported('resizing other than between pixel centres');
  const input = argument(step, 0);
  shapeOf(tensors, input, 4);
  const [height = 0, width = 0] = integers(tensors, argument(step, 1));
  return { kind: 'resize-bilinear', input, size: pair(height, width), output: result(step) };
}

function spatialMean(step: Step, tensors: readonly Tensor[]): Operator {
  const input = argument(step, 0);
  shapeOf(tensors, input, 4);
  const axes = integers(tensors, argument(step, 1));
  if (axes.join() !== '1,2' || step.options?.int8(0, 0) !== 1)
    throw unsupported('means other than over the picture');
  return { kind: 'spatial-mean', input, output: result(step) };
}

function stridedSlice(step: Step, tensors: readonly Tensor[]): Operator {
  const options = requireOptions(step);
  if ([0, 1, 2, 3, 4].some((mask) => options.int32(mask, 0) !== 0)) throw unsupported('masked slices');
  const [begin, end, strides] = [1, 2, 3].map((position) => integers(tensors, argument(step, position)));
  const input = argument(step, 0);
  const rank = tensors[input]?.shape.length ?? 0;
  if (!begin || !end || !strides || [begin, end, strides].some((list) => list.length !== rank)) {
    throw malformed('a slice whose limits do not match its tensor');
  }
  if (strides.some((stride) => stride !== 1)) throw unsupported('slices with gaps');
  return { kind: 'slice', input, begin, end, output: result(step) };
}
