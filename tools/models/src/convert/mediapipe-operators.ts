import type { LandmarksToTransform, TransformPicture, TransformPoints } from '../graph.js';
import { tensorAt } from '../graph.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import type { Context } from './context.js';

/**
 * MediaPipe's own TFLite operators in standard ONNX ones. Semantics: mediapipe/util/tflite/operations, version 2 of each
 * (Apache-2.0), whose pixels have their centres at .5.
 */

/** Arithmetic on names of values, so that the formulas below read as formulas. */
function arithmetic(builder: GraphBuilder) {
  const of = (operator: string) => (a: string, b: string) => builder.node(operator, [a, b]);
  return {
    add: of('Add'),
    subtract: of('Sub'),
    multiply: of('Mul'),
    divide: of('Div'),
    negate: (a: string) => builder.node('Neg', [a]),
    root: (a: string) => builder.node('Sqrt', [a]),
    times: (a: string, factor: number) => builder.node('Mul', [a, builder.scalar(factor)]),
    /** The part `from ≤ i < to` along one axis. */
    part: (a: string, axis: number, from: number, to: number) =>
      builder.node('Slice', [a, ...[[from], [to], [axis]].map((values) => builder.integers(values))]),
    concat: (axis: number, ...values: string[]) => builder.node('Concat', values, { axis: { int: axis } }),
    transpose: (a: string) => builder.node('Transpose', [a], { perm: { ints: [0, 2, 1] } }),
  };
}

/**
 * [1, points, 3] → [1, 4, 4]: the box around the subset, upright along the line between two landmarks, scaled, as a matrix
 * from positions in the small square to positions in the picture.
 */
export function emitLandmarksToTransform(
  { builder, layouts }: Context,
  operator: LandmarksToTransform,
): void {
  const { add, subtract, multiply, divide, negate, root, times, part, concat } = arithmetic(builder);
  const landmarks = layouts.source(operator.input);
  const pick = (indices: readonly number[]) =>
    builder.node('Gather', [landmarks, builder.integers(indices)], { axis: { int: 1 } });

  const along = subtract(pick([operator.rotationTo]), pick([operator.rotationFrom]));
  const [dx, dy] = [part(along, 2, 0, 1), part(along, 2, 1, 2)];
  const length = root(add(multiply(dx, dx), multiply(dy, dy)));
  const cos = divide(dx, length);
  const sin = negate(divide(dy, length));

  const subset = pick(operator.subset);
  const [x, y] = [part(subset, 2, 0, 1), part(subset, 2, 1, 2)];
  const upright = [
    subtract(multiply(cos, x), multiply(sin, y)),
    add(multiply(sin, x), multiply(cos, y)),
  ] as const;
  const extreme = (which: string, value: string) =>
    builder.node(which, [value, builder.integers([1])], { keepdims: { int: 1 } });
  const boxes = upright.map((value) => {
    const [high, low] = [extreme('ReduceMax', value), extreme('ReduceMin', value)];
    return { middle: times(add(high, low), 0.5), extent: subtract(high, low) };
  });
  const [across, down] = boxes;
  if (!across || !down) throw new RangeError('two dimensions');

  const [scaleY, scaleX] = operator.scale;
  const [height, width] = operator.outputSize;
  const centreX = add(multiply(cos, across.middle), multiply(sin, down.middle));
  const centreY = subtract(multiply(cos, down.middle), multiply(sin, across.middle));
  const stepX = times(across.extent, scaleX / width);
  const stepY = times(down.extent, scaleY / height);

  const matrix = [
    [multiply(cos, stepX), multiply(sin, stepY)],
    [negate(multiply(sin, stepX)), multiply(cos, stepY)],
  ] as const;
  const shift = matrix.map(([a, b], row) =>
    subtract(row === 0 ? centreX : centreY, add(times(a, width / 2), times(b, height / 2))),
  );
  const zero = builder.floats(Float32Array.of(0), [1, 1, 1]);
  const one = builder.floats(Float32Array.of(1), [1, 1, 1]);
  const rows = matrix.map(([a, b], row) => concat(2, a, b, zero, shift[row] ?? zero));
  layouts.setSource(
    operator.output,
    concat(1, ...rows, concat(2, zero, zero, one, zero), concat(2, zero, zero, zero, one)),
  );
}

/** Bilinear sampling at the transformed pixel centres; where the place lies outside of the picture, zero. */
export function emitTransformPicture({ graph, builder, layouts }: Context, operator: TransformPicture): void {
  const { subtract, divide, multiply, part, concat, transpose } = arithmetic(builder);
  const [, inHeight = 1, inWidth = 1] = tensorAt(graph, operator.input).shape;
  const [height, width] = operator.outputSize;

  const centres = new Float32Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    centres.set([(i % width) + 0.5, Math.floor(i / width) + 0.5, 1], 3 * i);
  }
  const topRows = part(layouts.source(operator.transform), 1, 0, 2);
  const affine = concat(2, part(topRows, 2, 0, 2), part(topRows, 2, 3, 4));
  const mapped = builder.node('MatMul', [builder.floats(centres, [1, height * width, 3]), transpose(affine)]);
  const places = subtract(mapped, builder.scalar(0.5));

  const last = builder.floats(Float32Array.of(inWidth - 1, inHeight - 1), [2]);
  const inside = builder.node('And', [
    builder.node('GreaterOrEqual', [places, builder.scalar(0)]),
    builder.node('LessOrEqual', [places, last]),
  ]);
  // GridSample wants -1…1 between the centres of the first and the last pixel.
  const half = builder.floats(Float32Array.of((inWidth - 1) / 2, (inHeight - 1) / 2), [2]);
  const grid = builder.node('Reshape', [
    subtract(divide(places, half), builder.scalar(1)),
    builder.integers([-1, height, width, 2]),
  ]);
  const sampled = builder.node('GridSample', [layouts.nchw(operator.input), grid], {
    mode: { text: 'bilinear' },
    padding_mode: { text: 'zeros' },
    align_corners: { int: 1 },
  });
  const both = builder.node('ReduceMin', [
    builder.node('Cast', [inside], { to: { int: 1 } }),
    builder.integers([2]),
  ]);
  const mask = builder.node('Reshape', [both, builder.integers([-1, 1, height, width])]);
  layouts.setNchw(operator.output, multiply(sampled, mask));
}

/** [1, points, 2] through the upper left of a [1, 4, 4] matrix. */
export function emitTransformPoints({ builder, layouts }: Context, operator: TransformPoints): void {
  const { add, part, transpose } = arithmetic(builder);
  const topRows = part(layouts.source(operator.transform), 1, 0, 2);
  const turn = transpose(part(topRows, 2, 0, 2));
  const shift = transpose(part(topRows, 2, 3, 4));
  const turned = builder.node('MatMul', [layouts.source(operator.input), turn]);
  layouts.setSource(operator.output, add(turned, shift));
}
