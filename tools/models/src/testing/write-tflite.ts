import { Builder } from 'flatbuffers';
import { encode } from 'flatbuffers/js/flexbuffers.js';

/** Writes small TFLite files for the tests of the reader: the schema's field numbers, nothing else. */
export interface TfliteTensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** 0 float32, 1 float16, 2 int32 */
  readonly type?: number;
  readonly data?: Uint8Array;
}

/** A field of an options table: number in the schema, width, value. */
export type OptionField = readonly [field: number, width: 'int8' | 'int32', value: number];

export interface TfliteOperatorSpec {
  readonly code: number;
  readonly custom?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: readonly OptionField[];
  readonly customOptions?: Uint8Array;
}

export interface TfliteSpec {
  readonly tensors: readonly TfliteTensorSpec[];
  readonly operators: readonly TfliteOperatorSpec[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
export const ints = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
export const halves = (...bits: number[]): Uint8Array => new Uint8Array(Uint16Array.from(bits).buffer);
export const flexMap = (value: unknown): Uint8Array => encode(value);

export function writeTflite(spec: TfliteSpec): Uint8Array {
  const b = new Builder(4_096);
  const buffers = writeVector(
    b,
    [undefined, ...spec.tensors.map(({ data }) => data)].map((data) => writeBuffer(b, data)),
  );
  const tensors = writeVector(
    b,
    spec.tensors.map((tensor, i) => writeTensor(b, tensor, tensor.data ? i + 1 : 0)),
  );
  const codes = writeVector(
    b,
    spec.operators.map((operator) => writeCode(b, operator)),
  );
  const operators = writeVector(
    b,
    spec.operators.map((operator, i) => writeOperator(b, operator, i)),
  );
  const [inputs, outputs] = [writeInt32s(b, spec.inputs), writeInt32s(b, spec.outputs)];
  const subgraph = writeTable(b, [tensors, inputs, outputs, operators]);
  const subgraphs = writeVector(b, [subgraph]);
  b.startObject(5);
  b.addFieldInt32(0, 3, 0);
  b.addFieldOffset(1, codes, 0);
  b.addFieldOffset(2, subgraphs, 0);
  b.addFieldOffset(4, buffers, 0);
  b.finish(b.endObject(), 'TFL3');
  return b.asUint8Array().slice();
}

function writeTable(b: Builder, offsets: readonly number[]): number {
  b.startObject(offsets.length);
  offsets.forEach((offset, field) => {
    b.addFieldOffset(field, offset, 0);
  });
  return b.endObject();
}

function writeBuffer(b: Builder, data: Uint8Array | undefined): number {
  const bytes = data ? writeBytes(b, data) : 0;
  b.startObject(1);
  b.addFieldOffset(0, bytes, 0);
  return b.endObject();
}

function writeTensor(b: Builder, tensor: TfliteTensorSpec, buffer: number): number {
  const [name, shape] = [b.createString(tensor.name), writeInt32s(b, tensor.shape)];
  b.startObject(4);
  b.addFieldOffset(0, shape, 0);
  b.addFieldInt8(1, tensor.type ?? 0, 0);
  b.addFieldInt32(2, buffer, 0);
  b.addFieldOffset(3, name, 0);
  return b.endObject();
}

function writeCode(b: Builder, { code, custom }: TfliteOperatorSpec): number {
  const name = custom === undefined ? 0 : b.createString(custom);
  b.startObject(4);
  b.addFieldInt8(0, Math.min(code, 127), 0);
  b.addFieldOffset(1, name, 0);
  b.addFieldInt32(3, code, 0);
  return b.endObject();
}

function writeOperator(b: Builder, operator: TfliteOperatorSpec, code: number): number {
  const [inputs, outputs] = [writeInt32s(b, operator.inputs), writeInt32s(b, operator.outputs)];
  const options = operator.options ? writeOptions(b, operator.options) : 0;
  const customOptions = operator.customOptions ? writeBytes(b, operator.customOptions) : 0;
  b.startObject(6);
  b.addFieldInt32(0, code, 0);
  b.addFieldOffset(1, inputs, 0);
  b.addFieldOffset(2, outputs, 0);
  b.addFieldOffset(4, options, 0);
  b.addFieldOffset(5, customOptions, 0);
  return b.endObject();
}

function writeOptions(b: Builder, fields: readonly OptionField[]): number {
  b.startObject(8);
  for (const [field, width, value] of fields) {
    if (width === 'int8') b.addFieldInt8(field, value, 0);
    else b.addFieldInt32(field, value, 0);
  }
  return b.endObject();
}

function writeVector(b: Builder, offsets: readonly number[]): number {
  b.startVector(4, offsets.length, 4);
  for (const offset of [...offsets].reverse()) b.addOffset(offset);
  return b.endVector();
}

function writeInt32s(b: Builder, values: readonly number[]): number {
  b.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) b.addInt32(value);
  return b.endVector();
}

function writeBytes(b: Builder, bytes: Uint8Array): number {
  b.startVector(1, bytes.length, 16);
  for (const byte of [...bytes].reverse()) b.addInt8(byte);
  return b.endVector();
}
