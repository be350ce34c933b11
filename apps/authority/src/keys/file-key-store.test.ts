import { chmod, link, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenKeyStore } from '../testing/token-key-store.js';
import { FileKeyStore } from './file-key-store.js';
import { testKeyStoreContract } from './key-store-contract.js';
import { KeyStoreError } from './key-store.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-keys-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe('a key store of files', () => {
  testKeyStoreContract(() => new FileKeyStore(folder));
});

describe('a key store like a hardware token', () => {
  let token = new TokenKeyStore();
  beforeEach(() => {
    token = new TokenKeyStore();
  });
  testKeyStoreContract(() => token);
});

describe('the files of a key store', () => {
  it('are made whole, once, by processes that start together', async () => {
    const stores = Array.from({ length: 8 }, () => new FileKeyStore(folder));
    const secrets = await Promise.all(stores.map((store) => store.secret('race')));
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['race.secret']);
  });

  it('are their own user’s alone: looser modes, links and other owners are refused', async () => {
    await new FileKeyStore(folder).secret('a');
    await new FileKeyStore(folder).generateKey('k');
    const [path, keyPath] = [join(folder, 'a.secret'), join(folder, 'k.es256.jwk')];
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      for (const file of [path, keyPath]) await chmod(file, mode);
      await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(KeyStoreError);
      await expect(new FileKeyStore(folder).sign('k', Buffer.of(1))).rejects.toThrow(KeyStoreError);
    }
    await chmod(path, 0o600);
    await rename(path, join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), path);
    await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(/link/);
    await rm(path);
    await link(join(folder, 'elsewhere'), path);
    await new FileKeyStore(folder).secret('a');
    vi.spyOn(process, 'getuid').mockReturnValue(4_242);
    await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(/another user/);
  });

  it('are refused when damaged, and not made anew', async () => {
    await writeFile(join(folder, 'a.secret'), 'short', { mode: 0o600 });
    await writeFile(join(folder, 'b.es256.jwk'), '{"kty":"EC"}', { mode: 0o600 });
    await writeFile(join(folder, 'c.es256.jwk'), Buffer.alloc(5_000), { mode: 0o600 });
    await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(KeyStoreError);
    for (const id of ['b', 'c']) {
      await expect(new FileKeyStore(folder).generateKey(id)).rejects.toThrow(KeyStoreError);
      await expect(new FileKeyStore(folder).sign(id, Buffer.of(1))).rejects.toThrow(KeyStoreError);
    }
  });

  it('of a destroyed key hold no private half', async () => {
    const store = new FileKeyStore(folder);
    await store.generateKey('ends');
    await store.destroyKey('ends');
    expect(await readdir(folder)).toEqual(['ends.es256.pub.jwk']);
  });
});
