import { afterEach, describe, expect, it } from 'vitest';
import { AuthorityUnreachableError, bearerExchange, createPersonApi, createTransport } from './index.js';
import { withKeyedRetries } from './keyed-retries.js';
import { closeServers, failure, fakeAuthority, json, problem, type Reply } from './testing/fake-server.js';

afterEach(closeServers);

const INVITED = {
  token: 't'.repeat(43),
  personId: `per_${'a'.repeat(26)}`,
  expiresAt: 1,
  adminGrant: null,
};
const CALL = { method: 'POST', path: '/v1/invitations', json: { a: 1 }, once: true } as const;

async function retrying(...replies: readonly Reply[]) {
  const waits: number[] = [];
  let asked = 0;
  const { baseUrl, seen } = await fakeAuthority((entry, response) => {
    const reply = replies[asked] ?? replies.at(-1);
    asked += 1;
    reply?.(entry, response);
  });
  const exchange = withKeyedRetries(bearerExchange(createTransport({ baseUrl }), 'secret'), (ms) => {
    waits.push(ms);
    return Promise.resolve();
  });
  const keys = () => seen.map(({ headers }) => headers['idempotency-key']);
  return { exchange, seen, waits, keys, baseUrl };
}
const hangUp: Reply = (_, response) => response.destroy();
const ok: Reply = (_, response) => {
  json(response, 201, INVITED);
};
const inProgress: Reply = (_, response) => {
  json(response, 409, problem('idempotency-in-progress', 409));
};

describe('a call that is to be carried out once', () => {
  it('is sent again with the same key and body when no answer came', async () => {
    const { exchange, seen, keys } = await retrying(hangUp, ok);
    expect((await exchange(CALL)).status).toBe(201);
    expect(keys()).toEqual([expect.stringMatching(/^"[0-9a-f-]{36}"$/), keys()[0]]);
    expect(new Set(seen.map(({ body }) => body))).toEqual(new Set(['{"a":1}']));
  });

  it('has a key of its own', async () => {
    const { exchange, keys } = await retrying(ok);
    await exchange(CALL);
    await exchange(CALL);
    expect(new Set(keys()).size).toBe(2);
  });

  it('waits while the first is carried out, but not for ever', async () => {
    const patient = await retrying(hangUp, inProgress, inProgress, ok);
    expect((await patient.exchange(CALL)).status).toBe(201);
    expect(patient.waits).toEqual([250, 1_000, 1_000]);
    const stuck = await retrying(inProgress);
    expect((await stuck.exchange(CALL)).status).toBe(409);
    expect(stuck.seen).toHaveLength(6);
  });

  it('is given up after the second silence, and never sent again after a refusal', async () => {
    const silent = await retrying(hangUp);
    expect(await failure(silent.exchange(CALL))).toBeInstanceOf(AuthorityUnreachableError);
    expect(silent.seen).toHaveLength(2);
    const refused = await retrying((_, response) => {
      json(response, 409, problem('conflict', 409));
    });
    expect((await refused.exchange(CALL)).status).toBe(409);
    expect(refused.seen).toHaveLength(1);
  });

  it('is what inviting is, and stopping is not', async () => {
    const { baseUrl, keys } = await retrying(ok);
    const api = createPersonApi(bearerExchange(createTransport({ baseUrl }), 'secret'));
    await api.invite('Ada', ['employee']);
    await api.withdrawConsent('con_1');
    expect(keys()).toEqual([expect.any(String), undefined]);
  });
});
