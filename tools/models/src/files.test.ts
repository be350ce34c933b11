import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareFile, readPlainFile, sha256, storageError, writeAtomically } from './files.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';

const bytes = Buffer.from('some bytes');
const fingerprint = { sha256: sha256(bytes), bytes: bytes.length };

describe('files', () => {
  it('writes whole files, over older ones, and leaves no parts', async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'deep', 'file.bin');
      await writeAtomically(path, Buffer.from('older and longer bytes'));
      expect(await compareFile(path, fingerprint)).toBe('different');
      await writeAtomically(path, bytes);
      expect(await compareFile(path, fingerprint)).toBe('same');
      expect(await readdir(join(folder, 'deep'))).toEqual(['file.bin']);
      expect(await compareFile(join(folder, 'none'), fingerprint)).toBe('missing');
    });
  });

  it('calls a file of the right size and another content different', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'a'), 'same bytes');
      expect(await compareFile(join(folder, 'a'), fingerprint)).toBe('different');
    });
  });

  it('reads neither links nor files that are too large', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'file'), bytes);
      await symlink(join(folder, 'file'), join(folder, 'link'));
      expect(await readPlainFile(join(folder, 'file'), 10)).toEqual(bytes);
      await expect(readPlainFile(join(folder, 'link'), 10)).rejects.toMatchObject({ code: 'source-missing' });
      await expect(readPlainFile(join(folder, 'file'), 9)).rejects.toMatchObject({ code: 'source-mismatch' });
    });
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EROFS', 'may not write there'],
    ['EIO', 'the file system says EIO'],
  ])('explains %s', (code, words) => {
    const error = storageError('/some/file', Object.assign(new Error('raw'), { code }));
    expect(error).toMatchObject({ code: 'storage' });
    expect(error.message).toContain(words);
  });
});
