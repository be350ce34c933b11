/**
 * Records tools/models/fixtures/reference.json: runs the original TFLite files in TensorFlow Lite itself (its WebAssembly build,
 * fetched with integrity for this purpose only) on the reference pictures. Needed only when a model changes:
 *   npm run build && node tools/models/reference/record.mjs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readSource } from '../dist/build-model.js';
import { sha256 } from '../dist/files.js';
import { specOf } from '../dist/package-source.js';
import { DEFAULT_MANIFEST } from '../dist/paths.js';
import { readManifest } from '../dist/read-manifest.js';
import {
  landmarksToTransformOracle,
  transformPictureOracle,
  transformPointsOracle,
  transposedConvolutionOracle,
} from '../dist/reference/mediapipe-oracle.js';
import { sampleOutput } from '../dist/reference/reference-file.js';
import { REFERENCE_PICTURES, referenceInput } from '../dist/reference/reference-input.js';
import { readTflite } from '../dist/tflite/read-model.js';
import { inPackage } from './in-package.mjs';
import { splitModel } from './split-model.mjs';

const RUNTIME = {
  package: '@tensorflow/tfjs-tflite',
  version: '0.0.1-alpha.10',
  integrity:
    'sha512-/qmqsRBTg+XCWgNomJ/gdZIKFMpGiTEAwMhqk/7cOZEp/fTV69GuknOoSQjloYGWasQIDIriQO3bpi6T4PTEnA==',
};

/** The runtime's script defines a global function; as a CommonJS module it exports it. */
async function loadRuntime(folder) {
  const wasm = join(folder, 'wasm');
  const script = await readFile(join(wasm, 'tflite_web_api_cc_simd.js'), 'utf8');
  const module = join(wasm, 'runtime.cjs');
  await writeFile(module, `${script}\nmodule.exports = tflite_web_api_ModuleFactory;\n`);
  const factory = createRequire(import.meta.url)(module);
  const wasmBinary = await readFile(join(wasm, 'tflite_web_api_cc_simd.wasm'));
  return factory({ wasmBinary, print: () => undefined, printErr: () => undefined });
}

const list = (vector) => Array.from({ length: vector.size() }, (_, i) => vector.get(i));

/** @returns a function from input arrays to output arrays, in the file's order, and what it knows of both */
function openModel(runtime, bytes) {
  const at = runtime._malloc(bytes.length);
  runtime.HEAPU8.set(bytes, at);
  const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 16 };
  const result = runtime.TFLiteWebModelRunner.CreateFromBufferAndOptions(at, bytes.length, options);
  if (!result.ok()) throw new Error(result.errorMessage());
  const model = result.value();
  return {
    inputShape: String(list(model.GetInputs())[0].shape).split(',').map(Number),
    run: (inputs) => {
      list(model.GetInputs()).forEach((tensor, i) => tensor.data().set(inputs[i]));
      if (!model.Infer()) throw new Error('the model did not run');
      return list(model.GetOutputs()).map((tensor) => Float32Array.from(tensor.data()));
    },
  };
}

/** A model whose operators the runtime all has. */
function openPlain(runtime, source, graph) {
  const { inputShape, run } = openModel(runtime, source);
  return {
    inputShape,
    run: (input) => run([input]).map((values, i) => [graph.tensors[graph.outputs[i]].name, values]),
  };
}

/** The attention mesh: MediaPipe's own operators run outside, everything else in the runtime. */
function openAttentionMesh(runtime, source, graph) {
  const of = (kind) => graph.operators.filter((operator) => operator.kind === kind);
  const [matrices, pictures, points] = [
    'landmarks-to-transform',
    'transform-picture',
    'transform-points',
  ].map(of);
  const results = (operators) => operators.map(({ output }) => output);
  const plainOutputs = graph.outputs.filter((output) => !dependsOn(graph, output, results(points)));
  const wanted = [
    ...matrices.map(({ input }) => input),
    ...pictures.map(({ input }) => input),
    ...points.map(({ input }) => input),
    ...plainOutputs,
  ];
  const outputs = [...new Set(wanted)];
  const removed = [...results(matrices), ...results(pictures), ...results(points)];
  const { inputShape, run } = openModel(runtime, splitModel(source, removed, results(pictures), outputs));

  const runWith = (input, cutOuts) => {
    const values = run([input, ...cutOuts]);
    return new Map(outputs.map((index, i) => [index, values[i]]));
  };
  const shape = (index) => graph.tensors[index].shape;
  const blank = pictures.map(({ output }) => new Float32Array(shape(output).reduce((a, b) => a * b, 1)));
  return {
    inputShape,
    run: (input) => {
      const first = runWith(input, blank);
      const matrix = new Map(
        matrices.map((op) => [op.output, landmarksToTransformOracle(first.get(op.input), op)]),
      );
      const cutOuts = pictures.map((op) =>
        transformPictureOracle(
          first.get(op.input),
          shape(op.input).slice(1),
          matrix.get(op.transform),
          op.outputSize,
        ),
      );
      const second = runWith(input, cutOuts);
      for (const op of points)
        second.set(op.output, transformPointsOracle(second.get(op.input), scaled(graph, matrix, op)));
      return graph.outputs.map((index) => [
        graph.tensors[index].name,
        second.get(index) ?? reshaped(graph, index, second),
      ]);
    },
  };
}

/** The segmentation: its last two steps, a transposed convolution and a logistic function, run outside. */
function openSegmentation(runtime, source, graph) {
  const last = graph.operators.find(({ kind }) => kind === 'transposed-convolution');
  const { inputShape, run } = openModel(runtime, splitModel(source, [last.output], [], [last.input]));
  const [filter, bias] = [graph.tensors[last.filter], graph.tensors[last.bias]];
  const shape = graph.tensors[last.input].shape.slice(1);
  return {
    inputShape,
    run: (input) => {
      const [values] = run([input]);
      const painted = transposedConvolutionOracle(
        values,
        shape,
        { values: filter.constant, shape: filter.shape },
        bias.constant,
      );
      return [[graph.tensors[graph.outputs[0]].name, painted.map((value) => 1 / (1 + Math.exp(-value)))]];
    },
  };
}

/** The matrix that takes points back, multiplied element by element with a constant before. */
function scaled(graph, matrix, { transform }) {
  const product = graph.operators.find(({ output }) => output === transform);
  const [factor, own] = [...product.inputs].sort((a, b) => matrix.has(a) - matrix.has(b));
  const constant = graph.tensors[factor].constant;
  return matrix.get(own).map((value, i) => value * (constant.length === 1 ? constant[0] : constant[i]));
}

/** Outputs behind the points are those points in another shape. */
function reshaped(graph, index, values) {
  const operator = graph.operators.find(({ output }) => output === index);
  if (operator.kind !== 'reshape') throw new Error(`${operator.kind} behind the points`);
  return values.get(operator.input);
}

function dependsOn(graph, index, sources) {
  if (sources.includes(index)) return true;
  const operator = graph.operators.find(({ output }) => output === index);
  if (!operator) return false;
  return [operator.input, ...(operator.inputs ?? [])].some(
    (input) => input !== undefined && dependsOn(graph, input, sources),
  );
}

async function recordModel(runtime, entry) {
  const source = await inPackage(entry.source, (unpacked) => readSource(entry, unpacked));
  const graph = readTflite(source);
  const has = (wanted) => graph.operators.some(({ kind }) => kind === wanted);
  const open = has('transform-picture')
    ? openAttentionMesh
    : has('transposed-convolution')
      ? openSegmentation
      : openPlain;
  const { inputShape, run } = open(runtime, source, graph);
  const cases = [];
  for (const picture of REFERENCE_PICTURES) {
    const outputs = run(await referenceInput(entry.role, picture, inputShape)).map(([name, values]) =>
      sampleOutput(name.replace(/[:/]/g, '_'), values),
    );
    cases.push({ role: entry.role, picture, sourceSha256: sha256(source), inputShape, outputs });
  }
  return cases;
}

const manifest = await readManifest(DEFAULT_MANIFEST);
const cases = await inPackage(RUNTIME, async (folder) => {
  const runtime = await loadRuntime(folder);
  const recorded = [];
  for (const entry of manifest.models.filter(({ converter }) => converter === 'tflite')) {
    recorded.push(...(await recordModel(runtime, entry)));
  }
  return recorded;
});
const target = new URL('../fixtures/reference.json', import.meta.url);
await writeFile(target, `${JSON.stringify({ runtime: specOf(RUNTIME), cases }, null, 1)}\n`);
