/**
 * Records tools/models/fixtures/layers-reference.json: runs the layers models in TensorFlow.js itself (its plain JavaScript, fetched
 * with integrity for this purpose only) on the reference pictures; some minutes. Needed only when a model changes:
 *   npm run build && node tools/models/reference/record-layers.mjs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../dist/files.js';
import { specOf } from '../dist/package-source.js';
import { DEFAULT_MANIFEST } from '../dist/paths.js';
import { readManifest } from '../dist/read-manifest.js';
import { sampleOutput } from '../dist/reference/reference-file.js';
import { REFERENCE_PICTURES, referenceInput } from '../dist/reference/reference-input.js';
import { inPackage } from './in-package.mjs';

const RUNTIME = {
  package: '@tensorflow/tfjs',
  version: '4.22.0',
  integrity:
    'sha512-0TrIrXs6/b7FLhLVNmfh8Sah6JgjBPH4mZ8JGb7NU6WW+cx00qK5BcAZxw7NCzxj6N8MRAIfHq+oNbPUNG5VAg==',
};

async function recordModel(tf, entry, folder) {
  const source = await readFile(join(folder, entry.source.file));
  const { modelTopology, weightsManifest } = JSON.parse(source.toString('utf8'));
  const shards = entry.source.weights.map(({ file }) => readFile(join(folder, file)));
  const weightData = new Uint8Array(Buffer.concat(await Promise.all(shards))).buffer;
  const weightSpecs = weightsManifest[0].weights;
  const model = await tf.loadLayersModel({
    load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }),
  });
  const inputShape = entry.inputs[0].shape;
  const cases = [];
  for (const picture of REFERENCE_PICTURES) {
    const input = await referenceInput(entry.role, picture, inputShape);
    const values = await model.predict(tf.tensor(input, inputShape)).data();
    const outputs = [sampleOutput(entry.outputs[0].name, Float32Array.from(values))];
    cases.push({ role: entry.role, picture, sourceSha256: sha256(source), inputShape, outputs });
  }
  return cases;
}

const manifest = await readManifest(DEFAULT_MANIFEST);
const cases = await inPackage(RUNTIME, async (folder) => {
  const tf = createRequire(import.meta.url)(join(folder, 'dist', 'tf.min.js'));
  await tf.setBackend('cpu');
  const recorded = [];
  for (const entry of manifest.models.filter(({ converter }) => converter === 'layers'))
    recorded.push(...(await inPackage(entry.source, (unpacked) => recordModel(tf, entry, unpacked))));
  return recorded;
});
const target = new URL('../fixtures/layers-reference.json', import.meta.url);
await writeFile(target, `${JSON.stringify({ runtime: specOf(RUNTIME), cases }, null, 1)}\n`);
