import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleSha256 } from '@guise/avatar';
import { afterEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../exit-codes.js';
import { openFakeAuthority, type FakeRoutes } from '../testing/fake-authority.js';
import { sampleBundle } from '../testing/sample-bundle.js';
import { openTestClient } from '../testing/test-context.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const ID = `ava_${'a'.repeat(26)}`;
const BUNDLE = await sampleBundle();

function avatarAnswer(sha256: string) {
  const [subject, draftedBy] = [`per_${'b'.repeat(26)}`, `per_${'c'.repeat(26)}`];
  return {
    ...{ id: ID, sha256, name: 'Sample', kind: 'stylised', likeness: 'artwork', subject, sourceFace: null },
    ...{ state: 'active', draftedBy, consent: null, approvals: [], approvalsNeeded: 1, attributes: [] },
  };
}

async function pairedClient(routes: FakeRoutes) {
  const authority = await openFakeAuthority(routes);
  const client = await openTestClient({ json: true });
  closing.push(authority.close, client.close);
  await client.run('login', '--authority', authority.url);
  return client;
}

describe('guise avatar fetch', () => {
  const fetchWith = async (sha256: string) => {
    const client = await pairedClient({
      [`GET /v1/avatars/${ID}`]: () => ({ json: avatarAnswer(sha256) }),
      [`GET /v1/avatars/${ID}/bundle`]: () => ({ bytes: BUNDLE }),
    });
    const output = join(client.home, 'fetched.guise');
    return { code: await client.run('avatar', 'fetch', ID, '-o', output), output };
  };

  it('writes the approved bundle, byte for byte', async () => {
    const { code, output } = await fetchWith(bundleSha256(BUNDLE));
    expect(code).toBe(EXIT_CODES.ok);
    expect(new Uint8Array(await readFile(output))).toEqual(BUNDLE);
  });

  it('refuses a bundle that is not the approved version, and writes nothing', async () => {
    const { code, output } = await fetchWith('00'.repeat(32));
    expect(code).toBe(EXIT_CODES.proofInvalid);
    await expect(readFile(output)).rejects.toThrow('ENOENT');
  });
});

describe('guise avatar list', () => {
  it('follows the pages to the end', async () => {
    let asked = 0;
    const client = await pairedClient({
      'GET /v1/avatars': () => ({
        json: { avatars: [avatarAnswer('11'.repeat(32))], next: ++asked < 3 ? ID : null },
      }),
    });
    expect(await client.run('avatar', 'list')).toBe(EXIT_CODES.ok);
    expect(client.events().filter((event) => JSON.stringify(event).includes('"type":"avatar"'))).toHaveLength(
      3,
    );
  });
});

describe('a deed of a person', () => {
  it('needs that person’s sign-in, and says where to get it', async () => {
    const client = await pairedClient({});
    expect(await client.run('avatar', 'draft', 'x.guise')).toBe(EXIT_CODES.badInput);
    expect(await client.run('verify', 'no-such-file.mp4')).toBe(EXIT_CODES.badInput);
    expect(await client.run('verify', process.execPath)).toBe(EXIT_CODES.notPaired);
    expect(JSON.stringify(client.events().at(-1))).toMatch(/\/account/);
  });
});
