import { join } from 'node:path';
import type { ModelEntry } from '@guise/protocol';
import { toOnnx } from './convert/to-onnx.js';
import { ModelToolError, unsupported } from './errors.js';
import { hasFingerprint, readPlainFile, sha256 } from './files.js';
import type { Graph } from './graph.js';
import { readLayers } from './layers/read-model.js';
import { encodeOnnx } from './onnx/model.js';
import { cutPackedAsset } from './packed-assets.js';
import { readTflite } from './tflite/read-model.js';

/** Unpacked package → the ONNX file that the manifest names, checked before and after the conversion. */
export async function buildModel(entry: ModelEntry, packageFolder: string): Promise<Uint8Array> {
  const source = await readSource(entry, packageFolder);
  requireSource(source, entry.source);
  const weights: Uint8Array[] = [];
  for (const shard of entry.source.weights ?? []) {
    const bytes = await readPlainFile(join(packageFolder, shard.file));
    requireSource(bytes, shard);
    weights.push(bytes);
  }
  const model = convert(entry, source, weights);
  if (!hasFingerprint(model, entry)) {
    throw new ModelToolError(
      'output-mismatch',
      `converting ${entry.source.file} gave ${model.length} bytes with SHA-256 ${sha256(model)}, the manifest names ` +
        `${entry.bytes} bytes with ${entry.sha256}. If the converter was changed on purpose, record the new values`,
    );
  }
  return model;
}

function requireSource(bytes: Uint8Array, pinned: { readonly file: string; readonly sha256: string }): void {
  if (sha256(bytes) === pinned.sha256) return;
  throw new ModelToolError('source-mismatch', `${pinned.file} is not the model that the manifest names`);
}

export async function readSource({ source }: ModelEntry, packageFolder: string): Promise<Uint8Array> {
  const read = (path: string) => readPlainFile(join(packageFolder, path));
  const file = await read(source.file);
  return source.packed ? cutPackedAsset(await read(source.packed.table), file, source.packed.entry) : file;
}

/** Equal source, equal result, on every machine. */
export function convert(
  entry: Pick<ModelEntry, 'converter' | 'role' | 'inputs'>,
  source: Uint8Array,
  weights: readonly Uint8Array[] = [],
): Uint8Array {
  const write = (graph: Graph, freeBatch: boolean): Uint8Array =>
    encodeOnnx(toOnnx(graph, { name: entry.role, freeBatch }));
  switch (entry.converter) {
    case 'none':
      return source;
    case 'tflite':
      return write(
        readTflite(source),
        entry.inputs.some(({ shape }) => shape[0] === 'batch'),
      );
    case 'layers':
      return write(readLayers(source, weights, inputShapeOf(entry)), false);
  }
}

/** A layers model takes pictures of any size: it is the manifest that fixes one. */
function inputShapeOf({ inputs }: Pick<ModelEntry, 'inputs'>): readonly number[] {
  return (inputs[0]?.shape ?? []).map((size) => {
    if (size === 'batch') throw unsupported('layers models of a free batch');
    return size;
  });
}
