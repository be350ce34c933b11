import type { Graph, Operator } from '../graph.js';
import { tensorAt } from '../graph.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import type { OnnxModel, OnnxValue } from '../onnx/model.js';
import type { Context } from './context.js';
import {
  emitConvolution,
  emitMaxPool,
  emitParametricRelu,
  emitTransposedConvolution,
} from './convolution-operators.js';
import {
  emitBinary,
  emitPad,
  emitRepeat,
  emitResize,
  emitSpatialMean,
  emitUnary,
} from './elementwise-operators.js';
import { Layouts } from './layout.js';
import {
  emitLandmarksToTransform,
  emitTransformPicture,
  emitTransformPoints,
} from './mediapipe-operators.js';
import { emitConcatenation, emitReshape, emitSlice } from './shape-operators.js';

export interface ConversionOptions {
  /** Name of the graph inside the file. */
  readonly name: string;
  /** Leave the first dimension of inputs and outputs to the caller, whatever the original had. */
  readonly freeBatch: boolean;
}

/**
 * Writes the network as ONNX: same inputs and outputs in the same layout, names without the characters `:` and `/`.
 * Equal input gives equal output.
 */
export function toOnnx(graph: Graph, options: ConversionOptions): OnnxModel {
  const builder = new GraphBuilder();
  const layouts = new Layouts(graph, builder);
  const context = { graph, builder, layouts };
  const describe = (index: number): OnnxValue => {
    const { name, shape } = tensorAt(graph, index);
    return { name: publicName(name), shape: options.freeBatch ? ['batch', ...shape.slice(1)] : shape };
  };

  const inputs = graph.inputs.map(describe);
  graph.inputs.forEach((index, i) => {
    layouts.setSource(index, inputs[i]?.name ?? '');
  });
  for (const operator of graph.operators) emit(context, operator);
  const outputs = graph.outputs.map(describe);
  graph.outputs.forEach((index, i) => {
    builder.node('Identity', [layouts.source(index)], {}, outputs[i]?.name);
  });
  return builder.finish(options.name, inputs, outputs);
}

const publicName = (name: string): string => name.replace(/[:/]/g, '_');

function emit(context: Context, operator: Operator): void {
  switch (operator.kind) {
    case 'convolution':
      emitConvolution(context, operator);
      break;
    case 'max-pool':
      emitMaxPool(context, operator);
      break;
    case 'prelu':
      emitParametricRelu(context, operator);
      break;
    case 'transposed-convolution':
      emitTransposedConvolution(context, operator);
      break;
    case 'unary':
      emitUnary(context, operator);
      break;
    case 'binary':
      emitBinary(context, operator);
      break;
    case 'pad':
      emitPad(context, operator);
      break;
    case 'resize-bilinear':
      emitResize(context, operator);
      break;
    case 'repeat-pixels':
      emitRepeat(context, operator);
      break;
    case 'spatial-mean':
      emitSpatialMean(context, operator);
      break;
    case 'reshape':
      emitReshape(context, operator);
      break;
    case 'concatenation':
      emitConcatenation(context, operator);
      break;
    case 'slice':
      emitSlice(context, operator);
      break;
    case 'landmarks-to-transform':
      emitLandmarksToTransform(context, operator);
      break;
    case 'transform-picture':
      emitTransformPicture(context, operator);
      break;
    case 'transform-points':
      emitTransformPoints(context, operator);
      break;
  }
}
