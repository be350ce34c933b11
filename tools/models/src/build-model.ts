import { join } from 'node:path';
import type { ModelEntry } from '@guise/protocol';
import { toOnnx } from './convert/to-onnx.js';
import { ModelToolError } from './errors.js';
import { hasFingerprint, readPlainFile, sha256 } from './files.js';
import { encodeOnnx } from './onnx/model.js';
import { cutPackedAsset } from './packed-assets.js';
import { readTflite } from './tflite/read-model.js';

/** Unpacked package → the ONNX file that the manifest names, checked before and after the conversion. */
export async function buildModel(entry: ModelEntry, packageFolder: string): Promise<Uint8Array> {
  const source = await readSource(entry, packageFolder);
  if (sha256(source) !== entry.source.sha256) {
    throw new ModelToolError(
      'source-mismatch',
      `${entry.source.file} is not the model that the manifest names`,
    );
  }
  const model = convert(entry, source);
  if (!hasFingerprint(model, entry)) {
    throw new ModelToolError(
      'output-mismatch',
      `converting ${entry.source.file} gave ${model.length} bytes with SHA-256 ${sha256(model)}, the manifest names ` +
        `${entry.bytes} bytes with ${entry.sha256}. If the converter was changed on purpose, record the new values`,
    );
  }
  return model;
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
): Uint8Array {
  if (entry.converter === 'none') return source;
  const freeBatch = entry.inputs.some(({ shape }) => shape[0] === 'batch');
  return encodeOnnx(toOnnx(readTflite(source), { name: entry.role, freeBatch }));
}
