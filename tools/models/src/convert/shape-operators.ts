import type { Concatenation, Reshape, Slice } from '../graph.js';
import { tensorAt } from '../graph.js';
import type { Context } from './context.js';
import { axisInNchw } from './layout.js';

/** Leaves the first dimension as it comes (0) when the network does not change it: that keeps a free batch free. */
export function emitReshape({ graph, builder, layouts }: Context, operator: Reshape): void {
  const [from, to] = [tensorAt(graph, operator.input).shape, tensorAt(graph, operator.output).shape];
  const target = to.map((size, i) => (i === 0 && size === from[0] ? 0 : size));
  const result = builder.node('Reshape', [layouts.source(operator.input), builder.integers(target)]);
  layouts.setSource(operator.output, result);
}

export function emitConcatenation({ builder, layouts }: Context, operator: Concatenation): void {
  const { inputs, axis } = operator;
  if (inputs.every((input) => layouts.isNchw(input))) {
    const names = inputs.map((input) => layouts.nchw(input));
    layouts.setNchw(operator.output, builder.node('Concat', names, { axis: { int: axisInNchw(axis) } }));
  } else {
    const names = inputs.map((input) => layouts.source(input));
    layouts.setSource(operator.output, builder.node('Concat', names, { axis: { int: axis } }));
  }
}

export function emitSlice({ builder, layouts }: Context, operator: Slice): void {
  const limits = [operator.begin, operator.end].map((values) => builder.integers(values));
  layouts.setSource(operator.output, builder.node('Slice', [layouts.source(operator.input), ...limits]));
}
