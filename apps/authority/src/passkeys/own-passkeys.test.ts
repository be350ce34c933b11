import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePayload } from '@guise/ledger';
import { readEntriesAbout } from '@guise/persistence';
import { passkeyList, passkeyRow, registrationOptionsResponse } from '@guise/protocol';
import type { SoftwareAuthenticator } from '@guise/testing';
import {
  firstAdmin,
  invitePerson,
  newAuthenticator,
  openTestAuthority,
  signIn,
  stepUp,
  testDatabases,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('own passkeys on %s', (kind) => {
  let authority: TestAuthority;
  let admin: TestPerson;
  let ada: TestPerson;
  let made = 0;

  beforeAll(async () => {
    authority = await openTestAuthority(kind);
    admin = await firstAdmin(authority);
  });
  beforeEach(async () => {
    admin = await stepUp(authority, admin);
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
  });
  afterAll(() => authority.close());

  const list = async (person: TestPerson) =>
    passkeyList.parse((await authority.api.get('/v1/passkeys', { token: person.token })).body);
  const add = async (person: TestPerson, name: string, authenticator = another()) => {
    const { api } = authority;
    const offered = await api.post('/v1/passkeys/options', {}, { token: person.token });
    if (offered.status !== 200) return offered;
    const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
    const body = { ceremony, response: authenticator.create(options), name };
    return api.post('/v1/passkeys', body, { token: person.token });
  };
  const another = (): SoftwareAuthenticator => {
    made += 1;
    return newAuthenticator(authority, `another passkey ${kind} ${String(made)}`);
  };
  const remove = (person: TestPerson, id: string) =>
    authority.api.post(`/v1/passkeys/${id}/remove`, {}, { token: person.token });

  it('are listed with name, age and last use', async () => {
    authority.clock.advanceSeconds(60);
    await signIn(authority.api, ada.authenticator);
    const now = authority.clock.nowSeconds();
    expect(await list(ada)).toMatchObject([
      { name: 'First passkey', createdAt: now - 60, lastUsedAt: now, state: 'usable' },
    ]);
  });

  it('are added, and each signs in', async () => {
    const phone = another();
    authority.clock.advanceSeconds(1);
    expect(await add(ada, 'Phone', phone)).toMatchObject({ status: 201, body: { name: 'Phone' } });
    expect((await list(ada)).map(({ name }) => name)).toEqual(['First passkey', 'Phone']);
    for (const authenticator of [phone, ada.authenticator]) {
      expect(await signIn(authority.api, authenticator)).toMatchObject({ body: { personId: ada.id } });
    }
  });

  it('are not added without a fresh verification, whenever it became old', async () => {
    const offered = await authority.api.post('/v1/passkeys/options', {}, { token: ada.token });
    const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
    const response = another().create(options);
    authority.clock.advanceSeconds(301);
    const stale = { status: 401, body: { code: 'step-up-required' } };
    expect(await add(ada, 'Phone')).toMatchObject(stale);
    const late = { ceremony, response, name: 'Phone' };
    expect(await authority.api.post('/v1/passkeys', late, { token: ada.token })).toMatchObject(stale);
    ada = await stepUp(authority, ada);
    expect(await add(ada, 'Phone')).toMatchObject({ status: 201 });
  });

  it('are added by the sign-in that began it alone', async () => {
    const other = await invitePerson(authority, admin, 'Eve', ['employee']);
    const offered = await authority.api.post('/v1/passkeys/options', {}, { token: ada.token });
    const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
    const body = { ceremony, response: another().create(options), name: 'Phone' };
    const answer = await authority.api.post('/v1/passkeys', body, { token: other.token });
    expect(answer).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
    const { ceremony: same, response } = body;
    const public_ = await authority.api.post('/v1/passkeys/registration', { ceremony: same, response });
    expect(public_.status).toBe(403);
    expect(await list(ada)).toHaveLength(1);
  });

  it('are renamed by their owner alone', async () => {
    const [passkey] = await list(ada);
    const url = `/v1/passkeys/${passkey?.id ?? ''}/rename`;
    const renamed = await authority.api.post(url, { name: '  Security key ' }, { token: ada.token });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Security key' } });
    expect((await authority.api.post(url, { name: 'Mine' }, { token: admin.token })).status).toBe(404);
    for (const name of ['', ' ', 'x'.repeat(61), 7]) {
      expect((await authority.api.post(url, { name }, { token: ada.token })).status).toBe(400);
    }
    expect((await list(ada)).map(({ name }) => name)).toEqual(['Security key']);
  });

  it('are removed: the passkey and every sign-in end, the ledger says so', async () => {
    const phone = another();
    const { id } = passkeyRow.parse((await add(ada, 'Phone', phone)).body);
    expect((await remove(admin, id)).status).toBe(404);
    expect((await remove(ada, id)).status).toBe(204);
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    expect(await signIn(authority.api, phone)).toMatchObject({ status: 403 });
    const again = await signIn(authority.api, ada.authenticator);
    expect(again.status).toBe(200);
    const entries = await readEntriesAbout(authority.database.client, [ada.id], ['passkey']);
    expect(entries.map(({ payload }) => parsePayload(payload))).toMatchObject([
      { state: 'registered' },
      { state: 'registered' },
      { state: 'removed' },
    ]);
  });

  it('are never all removed, not even two at once', async () => {
    const [first] = await list(ada);
    expect(await remove(ada, first?.id ?? '')).toMatchObject({ status: 409, body: { code: 'last-passkey' } });
    const { id } = passkeyRow.parse((await add(ada, 'Phone')).body);
    const answers = await Promise.all([remove(ada, first?.id ?? ''), remove(ada, id)]);
    const kept = answers.filter(({ status }) => status !== 204);
    expect(kept).toHaveLength(1);
    expect([409, 401]).toContain(kept[0]?.status);
    const where = { personId: ada.id, removedAt: null };
    expect(await authority.database.client.passkey.count({ where })).toBe(1);
  });

  it('that are locked do not count as left', async () => {
    const { id } = passkeyRow.parse((await add(ada, 'Phone')).body);
    const thief = ada.authenticator.clone();
    await signIn(authority.api, ada.authenticator);
    await signIn(authority.api, thief);
    expect((await list(ada)).map(({ state }) => state).toSorted()).toEqual(['locked', 'usable']);
    expect(await remove(ada, id)).toMatchObject({ body: { code: 'last-passkey' } });
    const locked = (await list(ada)).find(({ state }) => state === 'locked');
    expect((await remove(ada, locked?.id ?? '')).status).toBe(204);
  });

  it('are kept by the database itself', async () => {
    const { client } = authority.database;
    const where = { personId: ada.id };
    await expect(client.passkey.updateMany({ where, data: { removedAt: new Date() } })).rejects.toThrow();
    await expect(client.passkey.updateMany({ where, data: { personId: admin.id } })).rejects.toThrow();
    await expect(client.passkey.deleteMany({ where })).rejects.toThrow();
  });
});
