import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyDpopProof } from '@guise/permit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseClientConfig } from '../config.js';
import { CliError } from '../cli-error.js';
import { dpopSignerOf, loadDeviceKey, newDeviceKey } from './device-key.js';
import { withLock } from './lock.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'guise-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('device key file', () => {
  it('is 0600 in a 0700 folder, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await (await newDeviceKey(join(home, 'new'))).save();
    } finally {
      process.umask(before);
    }
    expect(await modeOf(join(home, 'new'))).toBe(0o700);
    expect(await modeOf(join(home, 'new', 'device-key.json'))).toBe(0o600);
    expect(await readdir(join(home, 'new'))).toEqual(['device-key.json']);
  });

  it('gives back the same key', async () => {
    const { device, save } = await newDeviceKey(home);
    expect(await loadDeviceKey(home)).toBeNull();
    await save();
    expect((await loadDeviceKey(home))?.jkt).toBe(device.jkt);
    expect((await newDeviceKey(home)).device.jkt).not.toBe(device.jkt);
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o666])('is refused with mode %o', async (mode) => {
    await (await newDeviceKey(home)).save();
    await chmod(join(home, 'device-key.json'), mode);
    await expect(loadDeviceKey(home)).rejects.toThrow(/mode 0/);
  });

  it('is refused when it is a symbolic link', async () => {
    await (await newDeviceKey(join(home, 'real'))).save();
    await symlink(join(home, 'real', 'device-key.json'), join(home, 'device-key.json'));
    await expect(loadDeviceKey(home)).rejects.toBeInstanceOf(CliError);
  });

  it.each(['', '{', '{}', '[]', '{"format":"guise-device-key/1","key":{},"seal":"x"}'])(
    'is refused as damaged: %s',
    async (text) => {
      await writePrivateFile(join(home, 'device-key.json'), text);
      await expect(loadDeviceKey(home)).rejects.toThrow(/damaged/);
    },
  );

  it('never shows the private part in an error', async () => {
    const { save } = await newDeviceKey(home);
    await save();
    const path = join(home, 'device-key.json');
    const secret = /"d": "([^"]+)"/.exec(await readFile(path, 'utf8'))?.[1] ?? '';
    await writePrivateFile(path, (await readFile(path, 'utf8')).replace('"kty": "EC"', '"kty": "RSA"'));
    const error: unknown = await loadDeviceKey(home).catch((cause: unknown) => cause);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
  });

  it('signs DPoP proofs that verify, each with an id of its own', async () => {
    const { device } = await newDeviceKey(home);
    const sign = dpopSignerOf(device, () => 1000);
    const target = { htm: 'POST', htu: 'https://a.test/v1/x' };
    const [first, second] = [await sign(target), await sign(target)];
    const proof = await verifyDpopProof(first, { ...target, now: 1000, jkt: device.jkt });
    expect((await verifyDpopProof(second, { ...target, now: 1000 })).jti).not.toBe(proof.jti);
  });
});

describe('private files', () => {
  it('are replaced whole and leave nothing behind', async () => {
    const path = join(home, 'file');
    await writeFile(path, 'old', { mode: 0o644 });
    await writePrivateFile(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await modeOf(path)).toBe(0o600);
    expect(await readdir(home)).toEqual(['file']);
  });

  it('report a folder that cannot be written', async () => {
    await writeFile(join(home, 'occupied'), '');
    await expect(writePrivateFile(join(home, 'occupied', 'x'), 'y')).rejects.toMatchObject({
      exit: 'outputFailed',
    });
  });

  it('that are far too large are not read', async () => {
    const path = join(home, 'big');
    await writePrivateFile(path, 'x'.repeat(300_000));
    await expect(readPrivateFile(path)).rejects.toBeInstanceOf(CliError);
  });
});

describe('lock', () => {
  it('lets one worker in at a time', async () => {
    const path = join(home, 'lock');
    let inside = 0;
    let most = 0;
    const work = (): Promise<void> =>
      withLock(path, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
    expect(await readdir(home)).toEqual([]);
  });

  it('makes the folder that is not there yet, and waits for nobody where there can be none', async () => {
    expect(await withLock(join(home, 'new', 'lock'), () => Promise.resolve('in'))).toBe('in');
    expect(await modeOf(join(home, 'new'))).toBe(0o700);
    await writeFile(join(home, 'file'), '');
    const nowhere = withLock(join(home, 'file', 'lock'), () => Promise.resolve('in'));
    await expect(nowhere).rejects.toThrow('cannot be written');
  });

  it('is freed by a failure, and taken over from a process that died', async () => {
    const path = join(home, 'lock');
    await expect(withLock(path, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await writeFile(path, '');
    await utimes(path, new Date(0), new Date(0));
    expect(await withLock(path, () => Promise.resolve('in'))).toBe('in');
  });
});

describe('configuration', () => {
  it('takes GUISE_HOME, then XDG_CONFIG_HOME', () => {
    expect(parseClientConfig({ GUISE_HOME: '/a/b', XDG_CONFIG_HOME: '/x' }, '/r').home).toBe('/a/b');
    expect(parseClientConfig({ XDG_CONFIG_HOME: '/x' }, '/r').home).toBe('/x/guise');
    expect(parseClientConfig({}, '/r').home).toMatch(/guise$/);
  });

  it('names a bad variable with an example and without its value', () => {
    const parse = (): unknown => parseClientConfig({ GUISE_AUTHORITY: 'javascript:alert(1)' }, '/r');
    expect(parse).toThrow(/GUISE_AUTHORITY/);
    expect(parse).not.toThrow(/alert/);
  });

  it.each([
    ['https://guise.example.org', true],
    ['http://localhost:4080', true],
    ['http://127.0.0.1:4080', true],
    ['http://[::1]:4080', true],
    ['http://guise.example.org', false],
    ['http://localhost.example.org', false],
    ['http://192.168.0.7:4080', false],
    ['ftp://localhost', false],
    ['guise.example.org', false],
  ])('an authority at %s: %s', (address, accepted) => {
    const parse = (): unknown => parseClientConfig({ GUISE_AUTHORITY: address }, '/r').authority;
    if (accepted) expect(parse()).toBe(address);
    else
      expect(parse).toThrow(
        expect.objectContaining({ exit: 'usage', advice: expect.stringContaining('https') as unknown }),
      );
  });
});
