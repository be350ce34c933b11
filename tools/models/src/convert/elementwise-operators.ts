import { unsupported } from '../errors.js';
import type { Binary, Pad, Repeat, Resize, SpatialMean, Unary } from '../graph.js';
import { tensorAt } from '../graph.js';
import type { Context } from './context.js';

const UNARY = { relu: 'Relu', abs: 'Abs', logistic: 'Sigmoid', 'hard-swish': 'HardSwish' } as const;
const BINARY = { add: 'Add', subtract: 'Sub', multiply: 'Mul' } as const;

/** Works in whichever layout its input exists. */
export function emitUnary({ builder, layouts }: Context, operator: Unary): void {
  const name = UNARY[operator.compute];
  if (layouts.isNchw(operator.input)) {
    layouts.setNchw(operator.output, builder.node(name, [layouts.nchw(operator.input)]));
  } else {
    layouts.setSource(operator.output, builder.node(name, [layouts.source(operator.input)]));
  }
}

/** Stays NCHW when every computed operand is; broadcasting then follows the NHWC rules through permuted weights. */
export function emitBinary({ builder, layouts }: Context, operator: Binary): void {
  const name = BINARY[operator.compute];
  const computed = operator.inputs.filter((input) => !layouts.isConstant(input));
  if (computed.length > 0 && computed.every((input) => layouts.isNchw(input))) {
    layouts.setNchw(
      operator.output,
      builder.node(
        name,
        operator.inputs.map((input) => layouts.nchw(input)),
      ),
    );
  } else {
    layouts.setSource(
      operator.output,
      builder.node(
        name,
        operator.inputs.map((input) => layouts.source(input)),
      ),
    );
  }
}

export function emitPad({ graph, builder, layouts }: Context, operator: Pad): void {
  if (tensorAt(graph, operator.input).shape.length !== 4) throw unsupported('padding of other than pictures');
  const [batch, height, width, channel] = operator.amounts;
  const nchw = [batch, channel, height, width].map((amount) => amount ?? ([0, 0] as const));
  const pads = [...nchw.map(([before]) => before), ...nchw.map(([, after]) => after)];
  layouts.setNchw(
    operator.output,
    builder.node('Pad', [layouts.nchw(operator.input), builder.integers(pads)]),
  );
}

export function emitResize({ builder, layouts }: Context, operator: Resize): void {
  // Region of interest and scales are left out; sizes count for the two picture dimensions only.
  const result = builder.node(
    'Resize',
    [layouts.nchw(operator.input), '', '', builder.integers(operator.size)],
    {
      mode: { text: 'linear' },
      coordinate_transformation_mode: { text: 'half_pixel' },
      axes: { ints: [2, 3] },
    },
  );
  layouts.setNchw(operator.output, result);
}

/** Nearest, by whole numbers: ONNX's `asymmetric` with `floor` asks for the very pixel. */
export function emitRepeat({ graph, builder, layouts }: Context, operator: Repeat): void {
  const [, height = 1, width = 1] = tensorAt(graph, operator.input).shape;
  const [vertical, horizontal] = operator.factors;
  const size = builder.integers([height * vertical, width * horizontal]);
  const result = builder.node('Resize', [layouts.nchw(operator.input), '', '', size], {
    mode: { text: 'nearest' },
    coordinate_transformation_mode: { text: 'asymmetric' },
    nearest_mode: { text: 'floor' },
    axes: { ints: [2, 3] },
  });
  layouts.setNchw(operator.output, result);
}

export function emitSpatialMean({ builder, layouts }: Context, operator: SpatialMean): void {
  const axes = builder.integers([2, 3]);
  const result = builder.node('ReduceMean', [layouts.nchw(operator.input), axes], { keepdims: { int: 1 } });
  layouts.setNchw(operator.output, result);
}
