import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../exit-codes.js';
import { loadDeviceKey } from '../home/device-key.js';
import { loadPairing } from '../home/pairing-store.js';
import {
  openFakeAuthority,
  problemAnswer,
  type FakeAuthority,
  type FakeRoutes,
} from '../testing/fake-authority.js';
import { openTestClient, type TestClient } from '../testing/test-context.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function setUp(
  routes?: FakeRoutes,
  json = false,
): Promise<{ authority: FakeAuthority; client: TestClient }> {
  const [authority, client] = [await openFakeAuthority(routes), await openTestClient({ json })];
  closing.push(authority.close, client.close);
  return { authority, client };
}

describe('guise login', () => {
  it('shows where to confirm, then keeps key, pairing and ledger pin', async () => {
    const { authority, client } = await setUp();
    expect(await client.run('login', '--authority', authority.url, '--device-name', 'Studio')).toBe(
      EXIT_CODES.ok,
    );
    expect(client.stdout()).toMatch(/Open {3}http.*\/pair\nConfirm BCDF-GHJK/);
    expect((await readdir(client.home)).sort()).toEqual([
      'device-key.json',
      'ledger-pin.note',
      'pairing.json',
    ]);
    expect(await loadPairing(client.home)).toMatchObject({ authority: authority.url, deviceName: 'Studio' });
  });

  it('speaks JSON lines', async () => {
    const { authority, client } = await setUp(undefined, true);
    await client.run('login', '--authority', authority.url);
    expect(client.events()).toMatchObject([
      { type: 'pairing', userCode: 'BCDF-GHJK', verificationUri: `${authority.url}/pair` },
      { type: 'paired', authority: authority.url, ledgerSize: 3 },
    ]);
  });

  it('keeps the old key when the person refuses the new one', async () => {
    const { authority, client } = await setUp();
    await client.run('login', '--authority', authority.url);
    const before = await loadDeviceKey(client.home);
    const denying = await openFakeAuthority({ 'POST /v1/token': () => problemAnswer('device-denied', 403) });
    closing.push(denying.close);
    expect(await client.run('login', '--authority', denying.url)).toBe(EXIT_CODES.refused);
    expect((await loadDeviceKey(client.home))?.jkt).toBe(before?.jkt);
    expect((await loadPairing(client.home))?.authority).toBe(authority.url);
  });

  it('refuses an authority of another name, or with another trust root than the one received', async () => {
    const { authority, client } = await setUp();
    expect(await client.run('login', '--authority', authority.url.replace('localhost', '127.0.0.1'))).toBe(
      EXIT_CODES.refused,
    );
    const trust = join(client.home, 'trust.json');
    const foreign = {
      issuer: authority.url,
      ledgerKey: 'guise.test/log+00000000+AAAA',
      rpId: 'localhost',
      origins: [authority.url],
      permitKeys: [{}],
    };
    await writeFile(trust, JSON.stringify(foreign));
    expect(await client.run('login', '--authority', authority.url, '--trust', trust)).toBe(
      EXIT_CODES.refused,
    );
    await writeFile(trust, 'no json');
    expect(await client.run('login', '--authority', authority.url, '--trust', trust)).toBe(
      EXIT_CODES.badInput,
    );
    expect(authority.asked).not.toContain('POST /v1/device-authorizations');
  });

  it('says when nobody is there, and when something else is', async () => {
    const { client } = await setUp();
    expect(await client.run('login', '--authority', 'http://localhost:1')).toBe(EXIT_CODES.unreachable);
    expect(client.stderr()).toContain('cannot be reached');
    const other = await openFakeAuthority({
      'GET /.well-known/guise-trust.json': () => ({ text: '<html>' }),
    });
    closing.push(other.close);
    expect(await client.run('login', '--authority', other.url)).toBe(EXIT_CODES.unreachable);
    expect(await readdir(client.home)).toEqual([]);
  });
});

describe('ledger pin', () => {
  let authority: FakeAuthority;
  let client: TestClient;
  beforeEach(async () => {
    ({ authority, client } = await setUp());
    await client.run('login', '--authority', authority.url);
  });
  const pinLine = async (): Promise<string> => {
    await client.run('doctor');
    return (
      client
        .stdout()
        .split('\n')
        .findLast((line) => line.includes('ledger pin')) ?? ''
    );
  };

  it('stays where nothing changed', async () => {
    expect(await pinLine()).toContain('3 → 3, consistent');
  });

  it('notices a rewritten, a shortened and a forked history', async () => {
    await authority.showLedger(3, 'another');
    expect(await pinLine()).toMatch(/^✗/);
    await authority.showLedger(2);
    expect(await pinLine()).toMatch(/^✗.*shorter/);
    await authority.showLedger(5, 'another');
    expect(await pinLine()).toMatch(/^✗.*rewritten/);
    await authority.showLedger(3);
    expect(await pinLine()).toMatch(/^✓/);
  });
});
