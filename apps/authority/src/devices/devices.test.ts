import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceAuthorizationResponse, tokenResponse } from '@guise/protocol';
import {
  deviceSigner,
  firstAdmin,
  invitePerson,
  openTestAuthority,
  pairDevice,
  proofFor,
  testDatabases,
  textOf,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

describe.each(await testDatabases())('devices on %s', (kind) => {
  let authority: TestAuthority;
  let ada: TestPerson;
  let bob: TestPerson;

  beforeAll(async () => {
    authority = await openTestAuthority(kind);
    const admin = await firstAdmin(authority);
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    bob = await invitePerson(authority, admin, 'Bob', ['employee']);
  });
  afterAll(() => authority.close());

  const start = async (seed: string) => {
    const signer = await deviceSigner(seed);
    const dpop = await proofFor(authority, signer, 'POST', '/v1/device-authorizations');
    const request = { deviceName: 'Laptop' };
    const answer = await authority.api.post('/v1/device-authorizations', request, { headers: { dpop } });
    return { signer, answer };
  };
  const offered = async (seed: string) => {
    const { signer, answer } = await start(seed);
    return { signer, ...deviceAuthorizationResponse.parse(answer.body) };
  };
  const token = async (signer: Awaited<ReturnType<typeof deviceSigner>>, json: object) =>
    authority.api.post('/v1/token', json, {
      headers: { dpop: await proofFor(authority, signer, 'POST', '/v1/token') },
    });
  const poll = (signer: Awaited<ReturnType<typeof deviceSigner>>, device_code: string) =>
    token(signer, { grant_type: DEVICE_CODE, device_code });
  const confirm = async (person: TestPerson, userCode: string) => {
    const url = `/v1/device-authorizations/${userCode}`;
    const offer = await authority.api.get(`${url}/statement`, { token: person.token });
    if (offer.status !== 200) return offer;
    return authority.api.post(`${url}/approval`, person.sign(offer.body), { token: person.token });
  };

  it('pairs by a code the person signs for, and issues tokens once', async () => {
    const { signer, device_code, user_code } = await offered('pairs');
    expect(await poll(signer, device_code)).toMatchObject({ status: 400, body: { code: 'device-pending' } });
    expect((await confirm(ada, user_code)).status).toBe(204);
    authority.clock.advanceSeconds(2);
    const answer = await poll(signer, device_code);
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    expect(await poll(signer, device_code)).toMatchObject({ status: 400, body: { code: 'device-expired' } });
    const list = await authority.api.get('/v1/devices', { token: ada.token });
    expect(list.body).toMatchObject([{ name: 'Laptop', state: 'active', jkt: signer.kid }]);
    const entries = authority.database.client.ledgerEntry.count({ where: { kind: 'device' } });
    expect(await entries).toBeGreaterThan(0);
  });

  it('takes the code as people type it', async () => {
    const { user_code } = await offered('typed');
    const typed = user_code.toLowerCase().replace('-', ' ');
    expect((await confirm(ada, encodeURIComponent(typed))).status).toBe(204);
    expect((await confirm(ada, 'AEIO-UAEI')).status).toBe(400);
    expect((await confirm(ada, 'BBBB-BBBB')).status).toBe(404);
  });

  it('slows down a device that polls too fast', async () => {
    const { signer, device_code } = await offered('fast');
    await poll(signer, device_code);
    expect(await poll(signer, device_code)).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    authority.clock.advanceSeconds(6);
    expect(await poll(signer, device_code)).toMatchObject({ status: 429 });
    authority.clock.advanceSeconds(12);
    expect(await poll(signer, device_code)).toMatchObject({ status: 400, body: { code: 'device-pending' } });
  });

  it('ends a pairing after ten minutes', async () => {
    const { signer, device_code, user_code } = await offered('late');
    authority.clock.advanceSeconds(600);
    expect(await confirm(ada, user_code)).toMatchObject({ status: 400, body: { code: 'device-expired' } });
    expect(await poll(signer, device_code)).toMatchObject({ status: 400, body: { code: 'device-expired' } });
  });

  it('gives the tokens to the key that asked, not to whoever has the code', async () => {
    const { device_code, user_code } = await offered('asked');
    await confirm(ada, user_code);
    const thief = await deviceSigner('thief');
    expect(await poll(thief, device_code)).toMatchObject({ status: 400, body: { code: 'device-expired' } });
  });

  it('pairs a key once, also when two persons confirm', async () => {
    const { user_code } = await offered('contested');
    const answers = await Promise.all([confirm(ada, user_code), confirm(bob, user_code)]);
    expect(answers.map(({ status }) => status).toSorted()[0]).toBe(204);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect((await start('contested')).answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('rotates refresh tokens, and ends the device when one comes back', async () => {
    const { signer, device_code, user_code } = await offered('refresh');
    await confirm(ada, user_code);
    const first = tokenResponse.parse((await poll(signer, device_code)).body);
    const refresh = (refresh_token: string) => token(signer, { grant_type: 'refresh_token', refresh_token });
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(await refresh(first.refresh_token)).toMatchObject({
      status: 403,
      body: { code: 'device-revoked' },
    });
    const successor = await refresh(textOf(second.body, 'refresh_token'));
    expect(successor).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const devices = await authority.api.get('/v1/devices', { token: ada.token });
    expect(devices.body).toContainEqual(expect.objectContaining({ id: first.device_id, state: 'revoked' }));
  });

  it('refuses a refresh token under another key', async () => {
    const { signer, device_code, user_code } = await offered('bound');
    await confirm(ada, user_code);
    const { refresh_token } = tokenResponse.parse((await poll(signer, device_code)).body);
    const thief = await deviceSigner('refresh thief');
    expect(await token(thief, { grant_type: 'refresh_token', refresh_token })).toMatchObject({
      status: 401,
      body: { code: 'dpop-invalid' },
    });
  });

  it('lets only the owner revoke, with effect on the next call', async () => {
    const device = await pairDevice(authority, ada, 'revoked');
    expect((await device.call('GET', '/v1/avatars')).status).toBe(200);
    const url = `/v1/devices/${device.id}/revoke`;
    expect((await authority.api.post(url, {}, { token: bob.token })).status).toBe(404);
    expect((await authority.api.post(url, {}, { token: ada.token })).status).toBe(204);
    expect(await device.call('GET', '/v1/avatars')).toMatchObject({
      status: 403,
      body: { code: 'device-revoked' },
    });
    expect((await start('revoked')).answer).toMatchObject({ status: 403, body: { code: 'device-revoked' } });
  });

  it('asks for a proof', async () => {
    const request = { deviceName: 'Laptop' };
    expect(await authority.api.post('/v1/device-authorizations', request)).toMatchObject({
      status: 401,
      body: { code: 'dpop-invalid' },
    });
  });
});
