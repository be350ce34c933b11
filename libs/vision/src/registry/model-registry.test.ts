import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelEntry, ModelManifest } from '@guise/protocol';
import { DEFAULT_MODEL_POLICY } from '@guise/protocol';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureModels } from '../../../../tools/models/src/testing.js';
import { ModelError } from './errors.js';
import { knownExecutionProviders } from './execution-providers.js';
import { parseManifest } from './manifest-file.js';
import type { ModelRegistryOptions } from './model-registry.js';
import { openModelRegistry } from './model-registry.js';

let ready: { readonly manifestPath: string; readonly modelsDir: string };
let manifest: ModelManifest;
let own: string;

beforeAll(async () => {
  ready = await ensureModels();
  manifest = parseManifest(await readFile(ready.manifestPath, 'utf8'), 'manifest');
  own = await mkdtemp(join(tmpdir(), 'guise-registry-'));
});
afterAll(() => rm(own, { recursive: true, force: true }));

const open = (options: Partial<ModelRegistryOptions> = {}) =>
  openModelRegistry({ manifestPath: ready.manifestPath, cacheDir: ready.modelsDir, ...options });

/** A registry of one model whose manifest entry a test may change, on a copy of its file. */
async function openCopy(change: Partial<ModelEntry>, options: Partial<ModelRegistryOptions> = {}) {
  const entry = manifest.models.find(({ role }) => role === 'face-detection-short');
  if (!entry) throw new Error('no detector');
  const manifestPath = join(own, 'manifest.json');
  await writeFile(manifestPath, JSON.stringify({ ...manifest, models: [{ ...entry, ...change }] }));
  const path = join(own, entry.file);
  await copyFile(join(ready.modelsDir, entry.file), path);
  const registry = await openModelRegistry({ manifestPath, cacheDir: own, ...options });
  return { path, load: async () => (await registry.session('face-detection-short')).release() };
}

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'no error',
    (error: unknown) => {
      if (error instanceof ModelError) return error.code;
      throw error;
    },
  );

describe('the model registry', () => {
  it('opens every model of the manifest, ready to run on what the manifest describes', async () => {
    const registry = await open();
    expect(registry.manifest.models).toHaveLength(8);
    for (const entry of registry.manifest.models) {
      const session = await registry.session(entry.role);
      const [input] = entry.inputs;
      if (!input) throw new Error('no input');
      const shape = input.shape.map((size) => (size === 'batch' ? 1 : size));
      const blank = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const outputs = await session.run({ [input.name]: new Tensor('float32', blank, shape) });
      for (const { name, shape: expected } of entry.outputs) {
        expect(outputs[name]?.dims).toEqual(expected.map((size) => (size === 'batch' ? 1 : size)));
      }
      await session.release();
    }
  });

  it('refuses a model with one flipped bit, also after having loaded it before', async () => {
    const { path, load } = await openCopy({});
    await load();
    const bytes = await readFile(path);
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      await writeFile(path, bytes);
      expect(await codeOf(load())).toBe('model-tampered');
      await expect(load()).rejects.toThrow('npm run models');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    }
    await writeFile(path, bytes);
    await load();
  });

  it('refuses a model of another length, and a missing one', async () => {
    const { path, load } = await openCopy({});
    await truncate(path, 1000);
    expect(await codeOf(load())).toBe('model-tampered');
    await rm(path);
    expect(await codeOf(load())).toBe('model-missing');
    await expect(load()).rejects.toThrow('npm run models');
  });

  it('refuses a non-commercial model unless the policy allows it', async () => {
    const change = { licence: 'CC-BY-NC-4.0', licenceClass: 'non-commercial' } as const;
    expect(await codeOf((await openCopy(change)).load())).toBe('licence-refused');
    const policy = {
      ...DEFAULT_MODEL_POLICY,
      licenceClasses: ['permissive' as const, 'non-commercial' as const],
    };
    await (await openCopy(change, { policy })).load();
  });

  it('refuses by policy before it looks at the file', async () => {
    const { path, load } = await openCopy({ licenceClass: 'proprietary' });
    await rm(path);
    expect(await codeOf(load())).toBe('licence-refused');
  });

  it('refuses contested training data when the policy says so', async () => {
    const registry = await open({ policy: { licenceClasses: ['permissive'], trainingData: ['described'] } });
    expect(await codeOf(registry.session('face-embedding'))).toBe('training-data-refused');
    expect(await codeOf(registry.session('face-liveness'))).toBe('training-data-refused');
    await (await registry.session('face-mesh')).release();
  });

  it('refuses a file whose tensors are not those of the manifest', async () => {
    const inputs = [{ name: 'input', shape: [1, 3, 128, 128], meaning: 'NCHW, which it is not' }];
    expect(await codeOf((await openCopy({ inputs })).load())).toBe('model-unusable');
  });

  it('refuses a right file that the engine cannot read', async () => {
    const text = Buffer.from('this is not ONNX');
    const digest = createHash('sha256').update(text).digest('hex');
    const { path, load } = await openCopy({ bytes: text.length, sha256: digest });
    await writeFile(path, text);
    expect(await codeOf(load())).toBe('model-unusable');
  });

  it('names the roles it has when asked for another', async () => {
    const registry = await open();
    expect(() => registry.describe('swapper')).toThrow(ModelError);
    await expect(registry.session('swapper')).rejects.toThrow('face-embedding');
  });

  it('names the execution providers of this machine when asked for another', async () => {
    expect(knownExecutionProviders()).toContain('cpu');
    const attempt = open({ executionProviders: ['quantum', 'cpu'] });
    expect(await codeOf(attempt)).toBe('provider-absent');
    await expect(open({ executionProviders: ['quantum'] })).rejects.toThrow(/quantum.*cpu/);
    expect(await codeOf(open({ executionProviders: [] }))).toBe('provider-absent');
  });

  it('opens with an execution provider that is here, and lists those that are for one that is not', async () => {
    const known = knownExecutionProviders();
    for (const name of ['cpu', 'cuda', 'coreml', 'directml', 'openvino', 'webgpu']) {
      const isKnown = known.includes(name === 'directml' ? 'dml' : name);
      const attempt = open({ executionProviders: [name] });
      expect(await codeOf(attempt), name).toBe(isKnown ? 'no error' : 'provider-absent');
      if (!isKnown) await expect(open({ executionProviders: [name] })).rejects.toThrow(known.join(', '));
    }
  });

  it('refuses a missing or broken manifest', async () => {
    expect(await codeOf(open({ manifestPath: join(own, 'none.json') }))).toBe('manifest-unreadable');
    const path = join(own, 'broken.json');
    await writeFile(path, '{"format":"guise-models/2","models":[],"media":[]}');
    expect(await codeOf(open({ manifestPath: path }))).toBe('manifest-invalid');
    await writeFile(path, ' '.repeat(2 ** 20 + 1));
    expect(await codeOf(open({ manifestPath: path }))).toBe('manifest-invalid');
  });

  it('refuses any other text with a typed error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseManifest(text, 'manifest')).toThrow(ModelError);
      }),
    );
  });
});
