import { z } from 'zod';
import { malformed, unsupported } from '../errors.js';
import type { Operator, Tensor } from '../graph.js';
import { permute } from '../convert/permute.js';
import type { Layer, Weight } from './format.js';

/** What a layer needs of the network so far. */
export interface LayerContext {
  /** Tensor numbers of what comes in, in order. */
  readonly inputs: readonly number[];
  readonly shapeOf: (tensor: number) => readonly number[];
  readonly weight: (name: string) => Weight;
  /** Takes a tensor in and gives its number. */
  readonly add: (tensor: Tensor) => number;
}

const one = z.tuple([z.literal(1), z.literal(1)]);
const convolution = z.object({
  filters: z.int().min(1),
  kernel_size: z.tuple([z.int().min(1).max(31), z.int().min(1).max(31)]),
  strides: one,
  dilation_rate: one,
  groups: z.literal(1).default(1),
  padding: z.enum(['same', 'valid']),
  data_format: z.literal('channels_last'),
  activation: z.literal('linear'),
  use_bias: z.literal(true),
});
const activation = z.object({ activation: z.literal('relu') });
const concatenation = z.object({ axis: z.union([z.literal(3), z.literal(-1)]) });
const factor = z.int().min(1).max(8);
const enlargement = z.object({
  size: z.tuple([factor, factor]),
  data_format: z.literal('channels_last'),
  interpolation: z.literal('nearest'),
});

/**
 * Writes a layer as operators whose result is a new tensor. Everything that is not exactly one of these is refused by name.
 * @returns the number of the result
 */
export function readLayer(layer: Layer, context: LayerContext): { operator: Operator; output: number } {
  switch (layer.class_name) {
    case 'Conv2D':
      return readConvolution(layer, context);
    case 'Activation':
      return readActivation(layer, context);
    case 'Add':
      return readAddition(layer, context);
    case 'Concatenate':
      return readConcatenation(layer, context);
    case 'UpSampling2D':
      return readEnlargement(layer, context);
    default:
      throw unsupported(`the layer ${layer.class_name} ("${layer.name}")`);
  }
}

function readConvolution(layer: Layer, context: LayerContext) {
  const { filters, kernel_size: size, padding } = config(convolution, layer);
  const [input] = exactly(1, layer, context);
  const [batch = 1, height = 1, width = 1, channels = 1] = context.shapeOf(input);
  const kernel = context.weight(`${layer.name}/kernel`);
  const bias = context.weight(`${layer.name}/bias`);
  if (kernel.shape.join() !== [...size, channels, filters].join() || bias.shape.join() !== String(filters))
    throw malformed(`the weights of "${layer.name}" have another shape than its layer`);
  // HWIO → OHWI.
  const { values, shape } = permute(kernel.values, kernel.shape, [3, 0, 1, 2]);
  const cut = padding === 'same' ? [0, 0] : size.map((side) => side - 1);
  const after = [batch, height - (cut[0] ?? 0), width - (cut[1] ?? 0), filters];
  const filter = context.add({ name: `${layer.name}/kernel`, shape, constant: values });
  const offsets = context.add({ name: `${layer.name}/bias`, shape: bias.shape, constant: bias.values });
  const output = context.add({ name: layer.name, shape: after });
  const operator = {
    ...({ kind: 'convolution', depthwise: false, strides: [1, 1] } as const),
    ...{ input, filter, bias: offsets, padding, output },
  };
  return { operator, output };
}

function readActivation(layer: Layer, context: LayerContext) {
  const { activation: compute } = config(activation, layer);
  const [input] = exactly(1, layer, context);
  const output = context.add({ name: layer.name, shape: context.shapeOf(input) });
  return { operator: { kind: 'unary', compute, input, output } as const, output };
}

function readAddition(layer: Layer, context: LayerContext) {
  const [a, b] = exactly(2, layer, context);
  if (b === undefined || context.shapeOf(a).join() !== context.shapeOf(b).join())
    throw unsupported(`the sum "${layer.name}" of different shapes`);
  const output = context.add({ name: layer.name, shape: context.shapeOf(a) });
  return { operator: { kind: 'binary', compute: 'add', inputs: [a, b], output } as const, output };
}

function readConcatenation(layer: Layer, context: LayerContext) {
  config(concatenation, layer);
  const { inputs } = context;
  const shapes = inputs.map(context.shapeOf);
  const [first = []] = shapes;
  if (shapes.some((shape) => shape.slice(0, 3).join() !== first.slice(0, 3).join()))
    throw malformed(`"${layer.name}" joins pictures of different sizes`);
  const channels = shapes.reduce((sum, shape) => sum + (shape[3] ?? 0), 0);
  const output = context.add({ name: layer.name, shape: [...first.slice(0, 3), channels] });
  return { operator: { kind: 'concatenation', inputs, axis: 3, output } as const, output };
}

function readEnlargement(layer: Layer, context: LayerContext) {
  const { size: factors } = config(enlargement, layer);
  const [input] = exactly(1, layer, context);
  const [batch = 1, height = 1, width = 1, channels = 1] = context.shapeOf(input);
  const shape = [batch, height * factors[0], width * factors[1], channels];
  const output = context.add({ name: layer.name, shape });
  return { operator: { kind: 'repeat-pixels', input, factors, output } as const, output };
}

function config<T>(schema: z.ZodType<T>, layer: Layer): T {
  const parsed = schema.safeParse(layer.config);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw unsupported(`the setting ${where} of the layer ${layer.class_name} ("${layer.name}")`);
}

function exactly(count: number, layer: Layer, { inputs }: LayerContext): readonly [number, ...number[]] {
  const [first, ...more] = inputs;
  if (first === undefined || inputs.length !== count)
    throw malformed(`"${layer.name}" takes ${inputs.length} inputs, not ${count}`);
  return [first, ...more];
}
