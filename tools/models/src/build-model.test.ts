import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '@guise/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from './build-model.js';
import { readNpmSettings } from './config.js';
import { sha256 } from './files.js';
import { npmUnpack, specOf } from './package-source.js';
import { DEFAULT_MANIFEST } from './paths.js';
import { readManifest } from './read-manifest.js';
import { ensureModels } from './testing.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';

const manifest = await readManifest(DEFAULT_MANIFEST);

/** The cached models may be older than the converter: this converts the published files anew. */
describe('the converter', () => {
  // Puts the packages into npm's cache, from which they are read below without asking the registry again.
  beforeAll(ensureModels);

  const converted = manifest.models.filter(({ converter }) => converter !== 'none');
  const packages = new Set(converted.map(({ source }) => specOf(source)));
  it.each([...packages])('makes of %s what the manifest records, twice the same', async (name) => {
    const entries = converted.filter(({ source }) => specOf(source) === name);
    const [first] = entries;
    if (!first) throw new Error('no entry');
    await inTemporaryFolder(async (folder) => {
      await npmUnpack(readNpmSettings(process.env))(first.source, folder);
      for (const entry of entries) {
        const digests = [await digest(entry, folder), await digest(entry, folder)];
        expect(digests).toEqual([entry.sha256, entry.sha256]);
      }
    });
  });

  it('uses no weights but those that the manifest names', async () => {
    const entry = converted.find(({ source }) => source.weights !== undefined);
    const [shard] = entry?.source.weights ?? [];
    if (!entry || !shard) throw new Error('no model with its weights apart');
    await inTemporaryFolder(async (folder) => {
      await npmUnpack(readNpmSettings(process.env))(entry.source, folder);
      const path = join(folder, shard.file);
      const bytes = await readFile(path);
      bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
      await writeFile(path, bytes);
      await expect(buildModel(entry, folder)).rejects.toMatchObject({ code: 'source-mismatch' });
      await expect(buildModel(entry, folder)).rejects.toThrow(shard.file);
    });
  });
});

const digest = async (entry: ModelEntry, folder: string): Promise<string> =>
  sha256(await buildModel(entry, folder));
