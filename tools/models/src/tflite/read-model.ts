import { malformed, ModelToolError, unsupported } from '../errors.js';
import type { Graph, Operator, Tensor } from '../graph.js';
import { elements } from '../graph.js';
import { FlatTable } from './flat-table.js';
import { decodeFloat16s } from './float16.js';
import { readOperator } from './read-operator.js';
import type { OperatorCode, Step } from './step.js';

/** Far above any face network, low enough that a corrupt file cannot make the reader work for long. */
const MAX_TENSORS = 8_192;
const MAX_OPERATORS = 8_192;
const MAX_RANK = 6;
const MAX_ARGUMENTS = 64;
const MAX_NAME_BYTES = 1_024;
const MAX_WEIGHTS = 64 * 1024 * 1024;

const BUILTIN_CUSTOM = 32;
const BUILTIN_DEQUANTIZE = 6;

/** TensorType of the TFLite schema, those that the reader takes. */
const TENSOR_TYPES = new Map([
  [0, { bytes: 4, decode: (raw: Uint8Array) => new Float32Array(raw.slice().buffer) }],
  [1, { bytes: 2, decode: decodeFloat16s }],
  [2, { bytes: 4, decode: (raw: Uint8Array) => new Int32Array(raw.slice().buffer) }],
]);

/**
 * Reads a TFLite flatbuffer (schema version 3): one subgraph of float32 arithmetic whose weights are float32 or float16.
 * @throws ModelToolError `model-malformed` for bytes that are not such a file, `model-unsupported` for one beyond the converter
 */
export function readTflite(file: Uint8Array): Graph {
  try {
    return readModel(new DataView(file.buffer, file.byteOffset, file.byteLength));
  } catch (error) {
    if (error instanceof ModelToolError) throw error;
    // DataView's refusal to read outside of the file, or an impossible length.
    if (error instanceof RangeError) throw malformed('an offset points outside of the file', error);
    throw error;
  }
}

function readModel(view: DataView): Graph {
  if (view.byteLength < 16 || view.getUint32(4, false) !== 0x54464c33)
    throw malformed('the mark TFL3 is missing');
  const model = FlatTable.root(view);
  const [subgraph, ...more] = model.tables(2, 64);
  if (!subgraph) throw malformed('no subgraph');
  if (more.length > 0) throw unsupported('models of several subgraphs');

  const codes = model.tables(1, 256).map(readOperatorCode);
  const steps = subgraph.tables(3, MAX_OPERATORS).map((table) => readStep(table, codes));
  const tensors = foldDequantized(readTensors(model, subgraph), steps);
  const known = (index: number): number => {
    if (!tensors[index]) throw malformed(`tensor ${index} does not exist`);
    return index;
  };
  for (const step of steps) [...step.inputs, ...step.outputs].forEach(known);

  const operators = steps
    .filter((step) => step.code.builtin !== BUILTIN_DEQUANTIZE)
    .map((step): Operator => readOperator(step, tensors));
  return {
    tensors,
    inputs: subgraph.int32s(1, MAX_ARGUMENTS).map(known),
    outputs: subgraph.int32s(2, MAX_ARGUMENTS).map(known),
    operators,
  };
}

function readOperatorCode(table: FlatTable): OperatorCode {
  // Codes above 127 live in the newer field, smaller ones in both or in the older one only.
  const builtin = Math.max(table.int8(0, 0), table.int32(3, 0));
  return { builtin, custom: builtin === BUILTIN_CUSTOM ? table.text(1, MAX_NAME_BYTES) : '' };
}

function readStep(table: FlatTable, codes: readonly OperatorCode[]): Step {
  const code = codes[table.uint32(0, 0)];
  if (!code) throw malformed('an operator without a code');
  return {
    code,
    inputs: table.int32s(1, MAX_ARGUMENTS),
    outputs: table.int32s(2, MAX_ARGUMENTS),
    options: table.table(4),
    customOptions: table.bytes(5, 4_096),
  };
}

function readTensors(model: FlatTable, subgraph: FlatTable): Tensor[] {
  const buffers = model.tables(4, 2 * MAX_TENSORS).map((table) => table.bytes(0, MAX_WEIGHTS));
  let weights = 0;
  return subgraph.tables(0, MAX_TENSORS).map((table, index): Tensor => {
    const name = table.text(3, MAX_NAME_BYTES) || `tensor_${index}`;
    const shape = table.int32s(0, MAX_RANK);
    if (shape.some((size) => size < 1)) throw unsupported('tensors of unknown or empty shape');
    if (table.table(6)) throw unsupported('sparse tensors');
    const raw = buffers[table.uint32(2, 0)];
    if (!raw || raw.length === 0) return { name, shape };

    const type = TENSOR_TYPES.get(table.int8(1, 0));
    if (!type) throw unsupported(`weights of tensor type ${table.int8(1, 0)}`);
    const count = elements(shape);
    if (count * type.bytes !== raw.length) throw malformed(`the weights of "${name}" do not fill its shape`);
    weights += count;
    if (weights > MAX_WEIGHTS) throw malformed('more weights than any face network has');
    return { name, shape, constant: type.decode(raw) };
  });
}

/** Weights stored as float16 reach their operator through DEQUANTIZE: its output becomes the weight itself. */
function foldDequantized(tensors: readonly Tensor[], steps: readonly Step[]): Tensor[] {
  const folded = [...tensors];
  for (const step of steps) {
    if (step.code.builtin !== BUILTIN_DEQUANTIZE) continue;
    const [from = -1] = step.inputs;
    const [to = -1] = step.outputs;
    const [source, target] = [folded[from], folded[to]];
    if (!source || !target) throw malformed('DEQUANTIZE without input or output');
    if (!source.constant) throw unsupported('DEQUANTIZE of a computed tensor');
    if (elements(source.shape) !== elements(target.shape))
      throw malformed('DEQUANTIZE changes the size of a tensor');
    folded[to] = { ...target, constant: source.constant };
  }
  return folded;
}
