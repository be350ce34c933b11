import { afterEach, describe, expect, it } from 'vitest';
import {
  awaitPairing,
  createDeviceTransport,
  createDpopTransport,
  createTransport,
  startPairing,
  type DeviceTokens,
  type TokenStore,
} from './index.js';
import { closeServers, failure, fakeAuthority, json, problem, type Seen } from './testing/fake-server.js';

afterEach(closeServers);

const STATUS = { origin: 'guise.test/log', size: 3, root: 'A'.repeat(43), signedAt: 1, verifierKey: 'k' };

/** Proofs as readable text: the fake server can look inside. */
const readableProof = (claims: object): Promise<string> => Promise.resolve(JSON.stringify(claims));
const proofOf = (seen: Seen | undefined): unknown => JSON.parse(String(seen?.headers.dpop));

describe('DPoP', () => {
  it('repeats once with the nonce the server wants and keeps it', async () => {
    const { baseUrl, seen } = await fakeAuthority((entry, response) => {
      if (JSON.stringify(proofOf(entry)).includes('n-1'))
        json(response, 200, STATUS, { 'dpop-nonce': 'n-1' });
      else json(response, 401, problem('dpop-nonce-required', 401), { 'dpop-nonce': 'n-1' });
    });
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    expect((await dpop.exchange({ method: 'GET', path: '/a?b' }, 'AT')).status).toBe(200);
    await dpop.exchange({ method: 'GET', path: '/c' }, 'AT');
    expect(seen.map(proofOf)).toEqual([
      { htm: 'GET', htu: `${baseUrl}/a`, accessToken: 'AT' },
      { htm: 'GET', htu: `${baseUrl}/a`, accessToken: 'AT', nonce: 'n-1' },
      { htm: 'GET', htu: `${baseUrl}/c`, accessToken: 'AT', nonce: 'n-1' },
    ]);
    expect(seen[0]?.headers.authorization).toBe('DPoP AT');
  });

  it('does not loop on a server that refuses every nonce', async () => {
    const { baseUrl, seen } = await fakeAuthority((_, response) => {
      json(response, 401, problem('dpop-nonce-required', 401), { 'dpop-nonce': 'same' });
    });
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    expect((await dpop.exchange({ method: 'GET', path: '/' })).status).toBe(401);
    expect(seen).toHaveLength(2);
  });
});

function memoryTokens(initial: DeviceTokens): TokenStore & { held: DeviceTokens } {
  return {
    held: initial,
    read() {
      return Promise.resolve(this.held);
    },
    write(tokens) {
      this.held = tokens;
      return Promise.resolve();
    },
    exclusively: (work) => work(),
  };
}

const TOKEN_ANSWER = {
  token_type: 'DPoP',
  access_token: 'new',
  refresh_token: 'r2',
  expires_in: 300,
  device_id: 'dev_aaaaaaaaaaaaaaaaaaaaaaaaaa',
};

describe('device tokens', () => {
  const old: DeviceTokens = {
    accessToken: 'old',
    refreshToken: 'r1',
    accessExpiresAt: 1000,
    deviceId: 'dev_x',
  };

  it('are renewed before they end, once for all who wait', async () => {
    const { baseUrl, seen } = await fakeAuthority((entry, response) => {
      if (entry.url === '/v1/token')
        setTimeout(() => {
          json(response, 200, TOKEN_ANSWER);
        }, 20);
      else json(response, 200, {});
    });
    const store = memoryTokens(old);
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    const device = createDeviceTransport(dpop, store, () => 990);
    await Promise.all([1, 2, 3].map((n) => device({ method: 'GET', path: `/${String(n)}` })));
    expect(seen.filter(({ url }) => url === '/v1/token')).toHaveLength(1);
    expect(seen[0]?.body).toContain('"refresh_token":"r1"');
    expect(seen.slice(1).map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('DPoP new'));
    expect(store.held).toMatchObject({ refreshToken: 'r2', accessExpiresAt: 1290 });
  });

  it('are renewed when the authority no longer takes them, and only once', async () => {
    const { baseUrl, seen } = await fakeAuthority((entry, response) => {
      if (entry.url === '/v1/token') json(response, 200, TOKEN_ANSWER);
      else json(response, 401, problem('unauthenticated', 401));
    });
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    const device = createDeviceTransport(dpop, memoryTokens(old), () => 0);
    expect((await device({ method: 'GET', path: '/x' })).status).toBe(401);
    expect(seen.map(({ url }) => url)).toEqual(['/x', '/v1/token', '/x']);
  });

  it('take what another process renewed instead of spending a used refresh token', async () => {
    const { baseUrl, seen } = await fakeAuthority((_, response) => {
      json(response, 200, {});
    });
    const store = memoryTokens(old);
    store.exclusively = (work) => {
      store.held = { ...old, accessToken: 'theirs', accessExpiresAt: 5000 };
      return work();
    };
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    await createDeviceTransport(dpop, store, () => 999)({ method: 'GET', path: '/x' });
    expect(seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/x', 'DPoP theirs']]);
  });
});

describe('pairing (RFC 8628)', () => {
  const OFFER = {
    device_code: 'code',
    user_code: 'BCDF-GHJK',
    verification_uri: 'http://localhost/pair',
    expires_in: 600,
    interval: 5,
  };

  async function pair(outcomes: readonly [number, unknown][]) {
    const queue = [...outcomes];
    const { baseUrl } = await fakeAuthority((entry, response) => {
      const [status, body] = entry.url === '/v1/token' ? (queue.shift() ?? [500, {}]) : [200, OFFER];
      json(response, status, body);
    });
    const waits: number[] = [];
    let now = 0;
    const dpop = createDpopTransport(createTransport({ baseUrl }), readableProof);
    const sleepMs = (ms: number): Promise<void> => {
      waits.push(ms);
      now += ms / 1000;
      return Promise.resolve();
    };
    const offer = await startPairing(dpop, 'laptop');
    return { done: awaitPairing({ dpop, nowSeconds: () => now, sleepMs }, offer), waits };
  }

  it('waits while pending, slows down when told, and returns the tokens', async () => {
    const { done, waits } = await pair([
      [400, problem('device-pending', 400)],
      [429, problem('rate-limited', 429)],
      [400, problem('device-pending', 400)],
      [200, TOKEN_ANSWER],
    ]);
    expect(await done).toMatchObject({ accessToken: 'new', refreshToken: 'r2' });
    expect(waits).toEqual([5000, 10_000, 10_000]);
  });

  it('ends with the refusal, and when the code has run out', async () => {
    expect((await failure((await pair([[403, problem('device-denied', 403)]])).done)).code).toBe(
      'device-denied',
    );
    const forever = Array.from({ length: 200 }, (): [number, unknown] => [
      400,
      problem('device-pending', 400),
    ]);
    expect((await failure((await pair(forever)).done)).code).toBe('device-pending');
  });
});
