import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeededRandom, createSoftwareAuthenticator } from '@guise/testing';
import { registrationOptionsResponse } from '@guise/protocol';
import {
  firstAdmin,
  invitePerson,
  newAuthenticator,
  openTestAuthority,
  signIn,
  testDatabases,
  textOf,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('passkeys on %s', (kind) => {
  let authority: TestAuthority;
  let admin: TestPerson;

  beforeAll(async () => {
    authority = await openTestAuthority(kind);
    admin = await firstAdmin(authority);
  });
  afterAll(() => authority.close());

  const offer = async () =>
    registrationOptionsResponse.parse(
      (await authority.api.post('/v1/passkeys/authentication/options', {})).body,
    );
  const invite = async () => {
    const request = { displayName: 'Ada', roles: ['employee'] };
    return textOf(
      (await authority.api.post('/v1/invitations', request, { token: admin.token })).body,
      'token',
    );
  };

  it('makes the holder of the bootstrap invitation the first admin', async () => {
    const me = await authority.api.get('/v1/me', { token: admin.token });
    expect(me).toMatchObject({
      status: 200,
      body: { personId: admin.id, roles: ['admin'], sourceFace: null },
    });
  });

  it('writes the bootstrap invitation for the operator alone', async () => {
    const path = join(authority.config.dataDir, 'bootstrap-invitation');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const used = (await readFile(path, 'utf8')).trim();
    const again = await authority.api.post('/v1/passkeys/registration/options', { invitation: used });
    expect(again).toMatchObject({ status: 403, body: { code: 'invitation-invalid' } });
  });

  it('signs a registered person in', async () => {
    const ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    const answer = await signIn(authority.api, ada.authenticator);
    expect(answer).toMatchObject({ status: 200, body: { personId: ada.id } });
  });

  it('ends a sign-in at sign-out and after eight hours', async () => {
    const ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    const leaver = await invitePerson(authority, admin, 'Leaver', ['employee']);
    expect((await authority.api.post('/v1/sign-out', {}, { token: leaver.token })).status).toBe(204);
    expect((await authority.api.get('/v1/me', { token: leaver.token })).status).toBe(401);
    for (let hour = 0; hour < 8; hour++) {
      expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(200);
      authority.clock.advanceSeconds(3599);
    }
    authority.clock.advanceSeconds(8);
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    admin = { ...admin, token: await freshToken(admin) };
  });

  const freshToken = async (person: TestPerson): Promise<string> => {
    return textOf((await signIn(authority.api, person.authenticator)).body, 'token');
  };

  it('takes a challenge once, also when the first answer fails', async () => {
    const { ceremony, options } = await offer();
    const response = admin.authenticator.get(options);
    const first = await authority.api.post('/v1/passkeys/authentication', { ceremony, response });
    const replay = await authority.api.post('/v1/passkeys/authentication', { ceremony, response });
    expect(first.status).toBe(200);
    expect(replay).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });

    const next = await offer();
    const stranger = newAuthenticator(authority, 'stranger');
    const invited = await authority.api.post('/v1/passkeys/registration/options', {
      invitation: await invite(),
    });
    stranger.create(registrationOptionsResponse.parse(invited.body).options);
    const failing = await authority.api.post('/v1/passkeys/authentication', {
      ceremony: next.ceremony,
      response: stranger.get(next.options),
    });
    expect(failing).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
    const late = await authority.api.post('/v1/passkeys/authentication', {
      ceremony: next.ceremony,
      response: admin.authenticator.get(next.options),
    });
    expect(late).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
  });

  it('gives a challenge to one of two concurrent answers', async () => {
    const { ceremony, options } = await offer();
    const response = admin.authenticator.get(options);
    const answers = await Promise.all([
      authority.api.post('/v1/passkeys/authentication', { ceremony, response }),
      authority.api.post('/v1/passkeys/authentication', { ceremony, response }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });

  it('lets a challenge expire', async () => {
    const { ceremony, options } = await offer();
    authority.clock.advanceSeconds(301);
    const answer = await authority.api.post('/v1/passkeys/authentication', {
      ceremony,
      response: admin.authenticator.get(options),
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
    admin = { ...admin, token: await freshToken(admin) };
  });

  it('refuses an authenticator that verified nobody', async () => {
    const { rpId, publicUrl } = authority.config;
    const careless = createSoftwareAuthenticator({
      rpId,
      origin: publicUrl,
      random: createSeededRandom('careless'),
      userVerified: false,
    });
    const invited = await authority.api.post('/v1/passkeys/registration/options', {
      invitation: await invite(),
    });
    const { ceremony, options } = registrationOptionsResponse.parse(invited.body);
    expect(options).toMatchObject({
      authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
    });
    const answer = await authority.api.post('/v1/passkeys/registration', {
      ceremony,
      response: careless.create(options),
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('refuses an assertion made on another site', async () => {
    const phished = createSoftwareAuthenticator({
      rpId: authority.config.rpId,
      origin: 'http://localhost.example.net',
      random: createSeededRandom('phished'),
    });
    const invited = await authority.api.post('/v1/passkeys/registration/options', {
      invitation: await invite(),
    });
    const { ceremony, options } = registrationOptionsResponse.parse(invited.body);
    const answer = await authority.api.post('/v1/passkeys/registration', {
      ceremony,
      response: phished.create(options),
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('refuses a passkey that is registered already', async () => {
    const twice = newAuthenticator(authority, 'twice');
    const again = newAuthenticator(authority, 'twice');
    const register = async (authenticator: typeof twice) => {
      const invited = await authority.api.post('/v1/passkeys/registration/options', {
        invitation: await invite(),
      });
      const { ceremony, options } = registrationOptionsResponse.parse(invited.body);
      const response = authenticator.create(options);
      return authority.api.post('/v1/passkeys/registration', { ceremony, response });
    };
    expect((await register(twice)).status).toBe(201);
    expect(await register(again)).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('locks a copied passkey', async () => {
    const owner = await invitePerson(authority, admin, 'Owner', ['employee']);
    const thief = owner.authenticator.clone();
    await signIn(authority.api, owner.authenticator);
    const stolen = await signIn(authority.api, thief);
    expect(stolen).toMatchObject({ status: 403, body: { code: 'passkey-cloned' } });
    const locked = await signIn(authority.api, owner.authenticator);
    expect(locked).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('uses an invitation once', async () => {
    const invitation = await invite();
    const begin = async () =>
      registrationOptionsResponse.parse(
        (await authority.api.post('/v1/passkeys/registration/options', { invitation })).body,
      );
    const [first, second] = [await begin(), await begin()];
    const register = (begun: typeof first, seed: string) =>
      authority.api.post('/v1/passkeys/registration', {
        ceremony: begun.ceremony,
        response: newAuthenticator(authority, seed).create(begun.options),
      });
    const answers = await Promise.all([register(first, 'a'), register(second, 'b')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403]);
  });

  it('lets only admins invite, and nobody change their own roles', async () => {
    const ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    const request = { displayName: 'Eve', roles: ['admin'] };
    expect((await authority.api.post('/v1/invitations', request, { token: ada.token })).status).toBe(403);
    expect((await authority.api.post('/v1/invitations', request)).status).toBe(401);
    const own = await authority.api.post(
      `/v1/persons/${admin.id}/roles`,
      { roles: ['admin', 'auditor'] },
      { token: admin.token },
    );
    expect(own.status).toBe(403);
    const other = await authority.api.post(
      `/v1/persons/${ada.id}/roles`,
      { roles: ['auditor'] },
      { token: admin.token },
    );
    expect(other).toMatchObject({ status: 200, body: { adminGrant: null } });
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    const again = await freshToken(ada);
    expect(await authority.api.get('/v1/me', { token: again })).toMatchObject({
      body: { roles: ['auditor'] },
    });
  });

  it('pages through persons for admins', async () => {
    const first = await authority.api.get('/v1/persons?limit=2', { token: admin.token });
    expect(first).toMatchObject({ status: 200, body: { persons: [{}, {}] } });
    const rest = `/v1/persons?limit=100&after=${textOf(first.body, 'next')}`;
    const second = await authority.api.get(rest, { token: admin.token });
    expect(second).toMatchObject({ status: 200, body: { next: null } });
    expect((await authority.api.get('/v1/persons?limit=1000', { token: admin.token })).status).toBe(400);
  });
});
