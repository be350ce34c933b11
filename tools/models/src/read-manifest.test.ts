import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelManifest } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MANIFEST } from './paths.js';
import { readManifest } from './read-manifest.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';

const manifest = await readManifest(DEFAULT_MANIFEST);
const [first] = manifest.models;
if (!first) throw new Error('the manifest has no models');
const accepts = (value: unknown): boolean => modelManifest.safeParse(value).success;
const withFirst = (change: object): unknown => ({ ...manifest, models: [{ ...first, ...change }] });

describe('models/manifest.json', () => {
  it('has a model for every built-in role', () => {
    expect(manifest.models.map(({ role }) => role).sort()).toEqual([
      'face-detection-full',
      'face-detection-short',
      'face-embedding',
      'face-liveness',
      'face-mesh',
      'face-mesh-attention',
      'person-segmentation',
      'picture-enlargement',
    ]);
  });

  it('pins every package by integrity and runs on permissive licences only', () => {
    for (const { source, licenceClass } of manifest.models) {
      expect(source.integrity).toMatch(/^sha512-/);
      expect(licenceClass).toBe('permissive');
    }
  });
});

describe('the manifest parser', () => {
  it('accepts nothing that is not a manifest', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(accepts(value)).toBe(false);
      }),
    );
  });

  it('refuses unknown fields, so that a misspelt one is not ignored', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (name, value) => {
        fc.pre(!(name in first) && !['__proto__', 'constructor'].includes(name));
        expect(accepts(withFirst({ [name]: value }))).toBe(false);
      }),
    );
  });

  it.each([
    '../x.onnx',
    '/x.onnx',
    'a/../../x.onnx',
    '.x.onnx',
    'x.onnx/',
    'a\\x.onnx',
    'a/x.onnx',
    'x.onnx\0',
    'x.bin',
  ])('refuses the cache file %j', (file) => {
    expect(accepts(withFirst({ file }))).toBe(false);
  });

  it.each(['../x', '/etc/passwd', 'a//b', 'a/../b', '.hidden/x', 'a/./b', ''])(
    'refuses the package file %j',
    (file) => {
      expect(accepts(withFirst({ source: { ...first.source, file } }))).toBe(false);
    },
  );

  it('never takes a path that leaves its folder', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(accepts(withFirst({ source: { ...first.source, file: `${a}/../${b}` } }))).toBe(false);
      }),
    );
  });

  it.each([
    ['a version range', { source: { ...first.source, version: '^1.0.0' } }],
    ['a weak integrity', { source: { ...first.source, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } }],
    ['a package address', { source: { ...first.source, package: 'git+ssh://host/x' } }],
    ['a short digest', { sha256: 'abc' }],
    ['an unknown licence class', { licenceClass: 'fine' }],
    ['a model of no bytes', { bytes: 0 }],
    ['a model larger than ONNX files can be', { bytes: 2 ** 31 }],
    ['a model without inputs', { inputs: [] }],
  ])('refuses %s', (_, change) => {
    expect(accepts(withFirst(change))).toBe(false);
  });

  it('refuses two models of one role or one file', () => {
    const twin = { ...first, role: 'another-role' };
    expect(accepts({ ...manifest, models: [first, first] })).toBe(false);
    expect(accepts({ ...manifest, models: [first, twin] })).toBe(false);
    expect(accepts({ ...manifest, models: [first, { ...twin, file: 'another.onnx' }] })).toBe(true);
  });

  it('names the file and the place that is wrong', async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'manifest.json');
      await writeFile(path, JSON.stringify(withFirst({ sha256: 'abc' })));
      await expect(readManifest(path)).rejects.toMatchObject({ code: 'manifest-invalid' });
      await expect(readManifest(path)).rejects.toThrow('models.0.sha256');
      await writeFile(path, '{');
      await expect(readManifest(path)).rejects.toMatchObject({ code: 'manifest-unreadable' });
      await expect(readManifest(join(folder, 'none.json'))).rejects.toMatchObject({
        code: 'manifest-unreadable',
      });
    });
  });
});
