import { describe, expect, it } from 'vitest';
import { openFakeAuthority } from '../testing/fake-authority.js';
import { openTestClient } from '../testing/test-context.js';
import { EXIT_CODES } from '../exit-codes.js';
import { checkClock, checkNode } from './checks.js';

describe('clock check', () => {
  it.each([
    [0, 'ok'],
    [4_900, 'ok'],
    [-4_900, 'ok'],
    [6_000, 'warn'],
    [-9_900, 'warn'],
    [10_500, 'fail'],
    [-61_000, 'fail'],
  ] as const)('%i ms off: %s', (skewMs, status) => {
    expect(checkClock(1_000_000, 1_000_500 + skewMs).status).toBe(status);
  });

  it('warns when the authority does not tell its time', () => {
    expect(checkClock(null, 0).status).toBe('warn');
  });
});

describe('node check', () => {
  it.each([
    ['20.20.2', 'fail'],
    ['22.11.0', 'fail'],
    ['22.12.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('%s: %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe('guise doctor', () => {
  it('looks at everything and names an unreachable authority', async () => {
    const client = await openTestClient({ json: true });
    const code = await client.run('doctor', '--authority', 'http://localhost:1');
    const names = client
      .events()
      .map((event) => (typeof event === 'object' && event !== null && 'name' in event ? event.name : ''));
    expect(names).toEqual(['node', 'ffmpeg', 'models', 'device key', 'pairing', 'authority']);
    expect(client.events().at(-1)).toMatchObject({ status: 'fail', exit: 'unreachable' });
    expect(code).not.toBe(EXIT_CODES.ok);
    await client.close();
  });

  it('measures the clock against the authority', async () => {
    const authority = await openFakeAuthority();
    const client = await openTestClient({ json: true, nowMs: () => Date.now() + 61_000 });
    await client.run('doctor', '--authority', authority.url);
    expect(client.events()).toContainEqual(expect.objectContaining({ name: 'clock', status: 'fail' }));
    authority.close();
    await client.close();
  });
});
