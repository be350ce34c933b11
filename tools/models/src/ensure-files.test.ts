import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry, ModelManifest } from '@guise/protocol';
import { modelManifest } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { convert } from './build-model.js';
import { ensureFiles } from './ensure-files.js';
import { ModelToolError } from './errors.js';
import type { Unpack } from './package-source.js';
import { exampleModel } from './testing/example-model.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';
import { writeTflite } from './testing/write-tflite.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const integrity = `sha512-${createHash('sha512').update('').digest('base64')}`;
const source = writeTflite(exampleModel());
const recording = Buffer.from('a recording');

const common = {
  title: 'Example',
  licence: 'MIT',
  licenceClass: 'permissive',
  trainingData: 'described',
  trainingDataNote: 'None.',
  credit: 'Nobody',
  inputs: [{ name: 'picture', shape: [1, 4, 4, 2], meaning: 'a picture' }],
  outputs: [{ name: 'cut', shape: [1, 2, 2, 2], meaning: 'a part of it' }],
} as const;
const model = Buffer.from(
  convert({ converter: 'tflite', role: 'example', inputs: [...common.inputs].map(mutable) }, source),
);
function mutable(tensor: (typeof common.inputs)[number]): ModelEntry['inputs'][number] {
  return { ...tensor, shape: [...tensor.shape] };
}

const pin = { package: 'example-models', version: '1.0.0', integrity };
const manifest: ModelManifest = modelManifest.parse({
  format: 'guise-models/1',
  models: [
    {
      ...common,
      role: 'example',
      file: 'example.onnx',
      sha256: sha256(model),
      bytes: model.length,
      source: { ...pin, file: 'nets/example.tflite', sha256: sha256(source) },
      converter: 'tflite',
    },
    {
      ...common,
      role: 'ready',
      file: 'ready.onnx',
      sha256: sha256(model),
      bytes: model.length,
      source: { ...pin, file: 'nets/ready.onnx', sha256: sha256(model) },
      converter: 'none',
    },
  ],
  media: [
    {
      ...pin,
      package: 'example-media',
      licence: 'MIT',
      licenceNote: 'None.',
      credit: 'Nobody',
      files: [
        {
          path: 'a/clip.mp4',
          file: 'clip.mp4',
          sha256: sha256(recording),
          bytes: recording.length,
          shows: 'nothing',
        },
      ],
    },
  ],
});

/** A registry that hands out these files and counts how often it is asked. */
function fakeRegistry(files: Readonly<Record<string, Uint8Array>>): { unpack: Unpack; asked: string[] } {
  const asked: string[] = [];
  const unpack: Unpack = async ({ package: name }, folder) => {
    asked.push(name);
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  };
  return { unpack, asked };
}
const honest = { 'nets/example.tflite': source, 'nets/ready.onnx': model, 'a/clip.mp4': recording };

function setUp(cache: string, files: Readonly<Record<string, Uint8Array>> = honest, media = false) {
  const lines: string[] = [];
  const { unpack, asked } = fakeRegistry(files);
  const run = () => ensureFiles({ manifest, cache, media, unpack, report: (line) => lines.push(line) });
  return { run, asked, lines };
}

const codeOf = (run: () => Promise<unknown>) =>
  run().then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof ModelToolError) return error.code;
      throw error;
    },
  );

describe('ensureFiles', () => {
  it('fetches a package once, converts, and leaves nothing else behind', async () => {
    await inTemporaryFolder(async (cache) => {
      const { run, asked } = setUp(cache);
      expect(await run()).toEqual({ kept: 0, made: 2 });
      expect(asked).toEqual(['example-models']);
      expect(await readdir(cache)).toEqual(['models']);
      expect((await readdir(join(cache, 'models'))).sort()).toEqual(['example.onnx', 'ready.onnx']);
      expect(await readFile(join(cache, 'models', 'example.onnx'))).toEqual(model);
    });
  });

  it('fetches nothing when everything is in place', async () => {
    await inTemporaryFolder(async (cache) => {
      await setUp(cache).run();
      const { run, asked, lines } = setUp(cache);
      expect(await run()).toEqual({ kept: 2, made: 0 });
      expect(asked).toEqual([]);
      expect(lines).toEqual([]);
    });
  });

  it('fetches the recordings only when asked to', async () => {
    await inTemporaryFolder(async (cache) => {
      const { run, asked } = setUp(cache, honest, true);
      expect(await run()).toEqual({ kept: 0, made: 3 });
      expect(asked).toEqual(['example-models', 'example-media']);
      expect(await readFile(join(cache, 'media', 'clip.mp4'))).toEqual(recording);
    });
  });

  it('replaces a file that was tampered with, and says so', async () => {
    await inTemporaryFolder(async (cache) => {
      await setUp(cache).run();
      const path = join(cache, 'models', 'ready.onnx');
      const tampered = Buffer.from(model);
      tampered.writeUInt8(tampered.readUInt8(100) ^ 1, 100);
      await writeFile(path, tampered);
      const { run, lines } = setUp(cache);
      expect(await run()).toEqual({ kept: 1, made: 1 });
      expect(lines[0]).toBe('ready.onnx is not the file that the manifest names: replacing it');
      expect(await readFile(path)).toEqual(model);
    });
  });

  it.each([
    [
      'a model that is not the one named',
      { ...honest, 'nets/example.tflite': Buffer.from('other') },
      'source-mismatch',
    ],
    [
      'ONNX that is not the one named',
      { ...honest, 'nets/ready.onnx': Buffer.from('other') },
      'source-mismatch',
    ],
    ['a package without the file', { 'nets/ready.onnx': model }, 'source-missing'],
    ['another recording', { ...honest, 'a/clip.mp4': Buffer.from('another on') }, 'source-mismatch'],
  ])('refuses %s and keeps no part of it', async (_, files, code) => {
    await inTemporaryFolder(async (cache) => {
      expect(await codeOf(setUp(cache, files, true).run)).toBe(code);
      const left = await readdir(cache, { recursive: true });
      expect(left.filter((name) => name.includes('unpack-') || name.endsWith('.part'))).toEqual([]);
      expect(await codeOf(setUp(cache, honest, true).run)).toBe('done');
    });
  });

  it('refuses when the converter gives another file than recorded', async () => {
    await inTemporaryFolder(async (cache) => {
      const [example, ...others] = manifest.models;
      if (!example) throw new Error('no example');
      const changed = { ...manifest, models: [{ ...example, sha256: '0'.repeat(64) }, ...others] };
      const { unpack } = fakeRegistry(honest);
      const run = () =>
        ensureFiles({ manifest: changed, cache, media: false, unpack, report: () => undefined });
      await expect(run()).rejects.toMatchObject({ code: 'output-mismatch' });
      await expect(run()).rejects.toThrow(sha256(model));
    });
  });

  it('says what to do when the cache cannot be written', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, 'a-file');
      await writeFile(file, '');
      await expect(setUp(join(file, 'cache')).run()).rejects.toMatchObject({ code: 'storage' });
      await expect(setUp(join(file, 'cache')).run()).rejects.toThrow('--cache');
    });
  });
});
