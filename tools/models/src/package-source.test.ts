import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackSpec } from './package-source.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';
import { writeTarball } from './testing/tarball.js';

const packageJson = JSON.stringify({ name: 'some-models', version: '1.0.0' });
const tarball = writeTarball({ 'package.json': packageJson, 'model.bin': 'weights' });
const integrityOf = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const pin = { package: 'some-models', version: '1.0.0', integrity: integrityOf(tarball) };

/** npm's client takes a file for a package as well: the same code path as the network, without one. */
const unpack = (bytes: Uint8Array, integrity: string, read: (folder: string) => Promise<unknown>) =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'some-models.tgz');
    await writeFile(file, bytes);
    const target = join(folder, 'out');
    await unpackSpec(`file:${file}`, { ...pin, integrity }, target, { cache: join(folder, 'npm') });
    return read(target);
  });

describe('unpackSpec', () => {
  it('unpacks a tarball of the pinned integrity', async () => {
    const found = await unpack(tarball, pin.integrity, (folder) =>
      readFile(join(folder, 'model.bin'), 'utf8'),
    );
    expect(found).toBe('weights');
  });

  it('refuses a tarball of any other content', async () => {
    const other = writeTarball({ 'package.json': packageJson, 'model.bin': 'weightz' });
    await expect(unpack(other, pin.integrity, () => Promise.resolve())).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringContaining('some-models@1.0.0') as string,
    });
  });

  it('says what to do when the package cannot be fetched', async () => {
    await inTemporaryFolder(async (folder) => {
      // Nobody listens on the discard port: what a machine without network or with a wrong registry sees.
      const settings = { registry: 'http://127.0.0.1:9/', cache: join(folder, 'npm'), fetchRetries: 0 };
      await expect(unpackSpec('some-models@1.0.0', pin, join(folder, 'out'), settings)).rejects.toMatchObject(
        {
          code: 'network',
          message: expect.stringContaining('run the command again') as string,
        },
      );
    });
  });
});
