import { ProtobufWriter } from './protobuf.js';

/** The part of the ONNX format (onnx.proto, IR version 8, operator set 18) that the converter writes. */
const IR_VERSION = 8;
const OPERATOR_SET = 18;

export type Attribute =
  { readonly int: number } | { readonly ints: readonly number[] } | { readonly text: string };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A float32 input or output. A dimension given as text is free. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const DATA_TYPE_FLOAT = 1;
const DATA_TYPE_INT64 = 7;

/** ModelProto bytes. The same model always gives the same bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return new ProtobufWriter()
    .integer(1, IR_VERSION)
    .text(2, 'guise')
    .message(7, encodeGraph(model))
    .message(8, new ProtobufWriter().text(1, '').integer(2, OPERATOR_SET))
    .finish();
}

function encodeGraph(model: OnnxModel): ProtobufWriter {
  const graph = new ProtobufWriter();
  model.nodes.forEach((node, i) => graph.message(1, encodeNode(node, i)));
  graph.text(2, model.name);
  for (const initializer of model.initializers) graph.message(5, encodeInitializer(initializer));
  for (const input of model.inputs) graph.message(11, encodeValue(input));
  for (const output of model.outputs) graph.message(12, encodeValue(output));
  return graph;
}

function encodeNode(node: OnnxNode, index: number): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.text(1, input);
  writer.text(2, node.output).text(3, `${node.operator}_${index}`).text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    writer.message(5, encodeAttribute(name, value));
  return writer;
}

function encodeAttribute(name: string, value: Attribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if ('int' in value) return writer.integer(3, value.int).integer(20, 2);
  if ('text' in value) return writer.text(4, value.text).integer(20, 3);
  for (const item of value.ints) writer.integer(8, item);
  return writer.integer(20, 7);
}

function encodeInitializer({ name, shape, values }: Initializer): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of shape) writer.integer(1, size);
  writer.integer(2, values instanceof Float32Array ? DATA_TYPE_FLOAT : DATA_TYPE_INT64);
  return writer.text(8, name).bytes(9, littleEndian(values));
}

function encodeValue({ name, shape }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const size of shape) {
    const dimension = new ProtobufWriter();
    dimensions.message(1, typeof size === 'number' ? dimension.integer(1, size) : dimension.text(2, size));
  }
  const tensor = new ProtobufWriter().integer(1, DATA_TYPE_FLOAT).message(2, dimensions);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

/** The file format is little endian; every platform that Node runs ONNX on is too, and this says so loudly elsewhere. */
function littleEndian(values: Float32Array | BigInt64Array): Uint8Array {
  const probe = new Uint8Array(Uint16Array.of(1).buffer);
  if (probe[0] !== 1) throw new Error('models can be converted on little-endian machines only');
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
