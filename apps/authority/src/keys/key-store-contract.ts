import { expect, it } from 'vitest';
import { KeyStoreError, type KeyStore } from './key-store.js';
import { verifyNatively } from './native-es256.js';

/** What every key store does, whatever is behind it. @param open the same store again, as another process sees it */
export function testKeyStoreContract(open: () => KeyStore): void {
  const data = new TextEncoder().encode('signed');

  it('gives the same secret for ever, and others for other names', async () => {
    const secret = await open().secret('a');
    expect(secret).toHaveLength(32);
    expect(await open().secret('a')).toEqual(secret);
    expect(await open().secret('b')).not.toEqual(secret);
  });

  it('makes a key once, however many ask for it at once', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => open().generateKey('race')));
    expect(new Set(made.map((jwk) => JSON.stringify(jwk))).size).toBe(1);
    expect(await open().publicKey('race')).toEqual(made[0]);
    expect(await open().generateKey('other')).not.toEqual(made[0]);
  });

  it('shows no private half', async () => {
    expect(Object.keys(await open().generateKey('hidden')).toSorted()).toEqual(['crv', 'kty', 'x', 'y']);
  });

  it('signs by name, so that the public half verifies it', async () => {
    const jwk = await open().generateKey('signs');
    const signature = await open().sign('signs', data);
    expect(signature).toHaveLength(64);
    expect(verifyNatively(jwk, data, signature)).toBe(true);
    expect(verifyNatively(jwk, new TextEncoder().encode('other'), signature)).toBe(false);
  });

  it('has no key that was not made, and makes none by signing', async () => {
    expect(await open().publicKey('absent')).toBeNull();
    await expect(open().sign('absent', data)).rejects.toThrow(KeyStoreError);
    expect(await open().publicKey('absent')).toBeNull();
  });

  it('destroys the private half for good, and still knows the public one', async () => {
    const jwk = await open().generateKey('ends');
    const inUse = open();
    await inUse.sign('ends', data);
    await inUse.destroyKey('ends');
    await inUse.destroyKey('ends');
    await open().destroyKey('never-was');
    for (const store of [inUse, open()])
      await expect(store.sign('ends', data)).rejects.toThrow(KeyStoreError);
    expect(await open().publicKey('ends')).toEqual(jwk);
    // Asked for again, it is not made anew under the old name.
    expect(await open().generateKey('ends')).toEqual(jwk);
    await expect(open().sign('ends', data)).rejects.toThrow(KeyStoreError);
  });

  it('takes no name that could be a path', async () => {
    const calls = ['generateKey', 'publicKey', 'secret', 'destroyKey'] as const;
    for (const name of ['../x', 'a/b', '', 'A', '-a', 'a.b']) {
      for (const call of calls) {
        await expect((async (): Promise<unknown> => open()[call](name))()).rejects.toThrow(RangeError);
      }
      await expect((async () => open().sign(name, data))()).rejects.toThrow(RangeError);
    }
  });
}
