import type { Convolution, MaxPool, Padding, ParametricRelu, TransposedConvolution } from '../graph.js';
import { tensorAt } from '../graph.js';
import type { Context } from './context.js';
import { weights } from './layout.js';
import { permute } from './permute.js';

export function emitConvolution({ graph, builder, layouts }: Context, operator: Convolution): void {
  const filter = tensorAt(graph, operator.filter);
  const [, height = 1, width = 1, channels = 1] = filter.shape;
  // OHWI → OIHW; the one set of a depthwise filter, 1HWC, becomes C filters of one channel: C1HW.
  const order = operator.depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2];
  const permuted = permute(weights(filter), filter.shape, order);
  const bias = tensorAt(graph, operator.bias);
  const result = builder.node(
    'Conv',
    [
      layouts.nchw(operator.input),
      builder.floats(permuted.values, permuted.shape),
      builder.floats(weights(bias), bias.shape),
    ],
    {
      kernel_shape: { ints: [height, width] },
      strides: { ints: operator.strides },
      pads: {
        ints: explicitPads(
          tensorAt(graph, operator.input).shape,
          operator.padding,
          [height, width],
          operator.strides,
        ),
      },
      group: { int: operator.depthwise ? channels : 1 },
    },
  );
  layouts.setNchw(operator.output, result);
}

export function emitMaxPool({ graph, builder, layouts }: Context, operator: MaxPool): void {
  const { shape } = tensorAt(graph, operator.input);
  const result = builder.node('MaxPool', [layouts.nchw(operator.input)], {
    kernel_shape: { ints: operator.window },
    strides: { ints: operator.strides },
    pads: { ints: explicitPads(shape, operator.padding, operator.window, operator.strides) },
  });
  layouts.setNchw(operator.output, result);
}

/**
 * PReLU with a slope per channel, written as s·x + (1 − s)·max(0, x): the products are depthwise convolutions of one pixel, which
 * ONNX Runtime carries out in the layout of the convolutions around them. For its own PRelu it brings every picture into another
 * layout and back, which takes a third of the mesh network's time.
 */
export function emitParametricRelu({ graph, builder, layouts }: Context, operator: ParametricRelu): void {
  const slopes = weights(tensorAt(graph, operator.slope));
  const scaled = (input: string, factors: Float32Array): string =>
    builder.node('Conv', [input, builder.floats(factors, [factors.length, 1, 1, 1])], {
      kernel_shape: { ints: [1, 1] },
      group: { int: factors.length },
    });
  const input = layouts.nchw(operator.input);
  const positive = builder.node('Relu', [input]);
  const rest = slopes.map((slope) => 1 - slope);
  layouts.setNchw(operator.output, builder.node('Add', [scaled(input, slopes), scaled(positive, rest)]));
}

export function emitTransposedConvolution(
  { graph, builder, layouts }: Context,
  operator: TransposedConvolution,
): void {
  const filter = tensorAt(graph, operator.filter);
  const bias = tensorAt(graph, operator.bias);
  // OHWI → IOHW, the order of ConvTranspose.
  const permuted = permute(weights(filter), filter.shape, [3, 0, 1, 2]);
  const result = builder.node(
    'ConvTranspose',
    [
      layouts.nchw(operator.input),
      builder.floats(permuted.values, permuted.shape),
      builder.floats(weights(bias), bias.shape),
    ],
    { kernel_shape: { ints: operator.strides }, strides: { ints: operator.strides } },
  );
  layouts.setNchw(operator.output, result);
}

/** TensorFlow's SAME: the odd pixel of padding goes below and to the right. ONNX order: top, left, bottom, right. */
function explicitPads(
  inputNhwc: readonly number[],
  padding: Padding,
  window: readonly number[],
  strides: readonly number[],
): number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  const totals = [0, 1].map((d) => {
    const [size, kernel, stride] = [inputNhwc[d + 1] ?? 1, window[d] ?? 1, strides[d] ?? 1];
    return Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  });
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}
