import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileKeyStore, KeyStoreError } from './file-key-store.js';

describe('the key store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives the same secret and key for ever, and others for other names', async () => {
    const [first, later] = [new FileKeyStore(folder), new FileKeyStore(folder)];
    const secret = await first.secret('a');
    expect(await later.secret('a')).toEqual(secret);
    expect(await later.secret('b')).not.toEqual(secret);
    expect((await later.signer('permit')).kid).toBe((await first.signer('permit')).kid);
  });

  it('gives processes that start at once the same secret', async () => {
    const stores = Array.from({ length: 8 }, () => new FileKeyStore(folder));
    const secrets = await Promise.all(stores.map((store) => store.secret('race')));
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['race.secret']);
  });

  it('keeps files for its own user, and refuses one that others can read', async () => {
    await new FileKeyStore(folder).secret('a');
    const path = join(folder, 'a.secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(KeyStoreError);
  });

  it('refuses damaged files instead of making new keys', async () => {
    await writeFile(join(folder, 'a.secret'), 'short', { mode: 0o600 });
    await writeFile(join(folder, 'b.es256.jwk'), '{"kty":"EC"}', { mode: 0o600 });
    await expect(new FileKeyStore(folder).secret('a')).rejects.toThrow(KeyStoreError);
    await expect(new FileKeyStore(folder).signer('b')).rejects.toThrow(KeyStoreError);
  });

  it('takes no name that could leave its folder', () => {
    expect(() => new FileKeyStore(folder).secret('../x')).toThrow(RangeError);
  });
});
