import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  decideOn,
  draftAvatar,
  enrol,
  invitePerson,
  openTestOrganisation,
  pairDevice,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('consent requests on %s', (kind) => {
  let org: TestOrganisation;
  let asker: TestPerson;
  let avatar: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    asker = await invitePerson(org.authority, org.adminA, 'Asker', ['employee']);
    await enrol(org, asker, 'face:asker');
    avatar = await activeExecutiveAvatar(org, org.employee);
  });
  afterAll(() => org.authority.close());

  const post = (person: TestPerson, url: string, json: unknown = {}): Promise<ApiAnswer> =>
    org.authority.api.post(url, json, { token: person.token });
  const get = (person: TestPerson, url: string): Promise<ApiAnswer> =>
    org.authority.api.get(url, { token: person.token });
  const wish = () => ({
    avatar,
    reason: 'I stand in for the executive at the fair.',
    purposes: ['training'],
    audience: ['external'],
    notAfter: org.authority.clock.nowSeconds() + 3600,
  });
  const ask = async (): Promise<string> =>
    textOf((await post(asker, '/v1/consent-requests', wish())).body, 'id');

  it('come from the catalogue, and say of everything else that it is not there', async () => {
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'stylised',
      likeness: 'artwork',
      face: null,
    });
    const catalogue = JSON.stringify((await get(asker, '/v1/requestable-avatars')).body);
    expect(catalogue).toContain(avatar);
    expect(catalogue).not.toContain(textOf(draft.body, 'id'));
    const answers = await Promise.all(
      [textOf(draft.body, 'id'), 'ava_aaaaaaaaaaaaaaaaaaaaaaaaaa'].map(async (id) => {
        const { status, body } = await post(asker, '/v1/consent-requests', { ...wish(), avatar: id });
        return [status, JSON.stringify(body).replace(/"traceId":"[^"]*"/, '')];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(404);
  });

  it('show the subject who, why, where and until when, and nobody else anything', async () => {
    const id = await ask();
    const seen = await get(org.executive, '/v1/consent-requests');
    expect(seen.body).toMatchObject({
      requests: [
        { id, requesterName: 'Asker', reason: wish().reason, audience: ['external'], state: 'open' },
      ],
    });
    expect(JSON.stringify((await get(org.adminB, '/v1/consent-requests')).body)).not.toContain(id);
    expect((await post(org.adminB, `/v1/consent-requests/${id}/decline`)).status).toBe(404);
    expect((await post(asker, `/v1/consent-requests/${id}/offer`)).body).toMatchObject({
      code: 'not-the-subject',
    });
    expect((await post(asker, '/v1/consent-requests', wish())).status).toBe(409);
    expect((await post(asker, `/v1/consent-requests/${id}/cancel`)).body).toMatchObject({
      state: 'cancelled',
    });
    expect((await post(org.executive, `/v1/consent-requests/${id}/offer`)).body).toMatchObject({
      reasons: [{ code: 'request-open' }],
    });
  });

  it('are accepted by signing the amended consent, and by nothing less', async () => {
    const id = await ask();
    const offer = await post(org.executive, `/v1/consent-requests/${id}/offer`);
    expect(textOf(offer.body, 'statement')).toContain(asker.id);
    const state = async () => JSON.stringify((await get(asker, '/v1/consent-requests?as=requester')).body);
    expect(await state()).not.toContain('accepted');
    const signed = org.executive.sign(offer.body);
    expect((await post(asker, `/v1/avatars/${avatar}/consents`, signed)).status).toBe(422);
    const given = await post(org.executive, `/v1/avatars/${avatar}/consents`, signed);
    expect(given.status).toBe(201);
    expect(await state()).toContain(textOf(given.body, 'id'));
    await decideOn(org, org.adminB, avatar);
    const { body } = await decideOn(org, org.adminC, avatar);
    const device = await pairDevice(org.authority, asker);
    const permit = async (request: Readonly<Record<string, unknown>>) =>
      (await askPermit(org.authority, device, { id: avatar, sha256: textOf(body, 'sha256') }, { request }))
        .answer;
    expect((await permit({ purpose: 'training', audience: 'external' })).status).toBe(201);
    expect((await permit({})).body).toMatchObject({ code: 'permit-denied' });
  });

  it('cannot be accepted once they are cancelled, though the offer was made before', async () => {
    const id = await ask();
    const signed = org.executive.sign((await post(org.executive, `/v1/consent-requests/${id}/offer`)).body);
    await post(asker, `/v1/consent-requests/${id}/cancel`);
    const answer = await post(org.executive, `/v1/avatars/${avatar}/consents`, signed);
    expect(answer).toMatchObject({ status: 409, body: { reasons: [{ code: 'request-open' }] } });
    expect((await get(asker, `/v1/avatars/${avatar}`)).body).toMatchObject({ state: 'active' });
  });

  it('are declined with words, and not asked again at once', async () => {
    const id = await ask();
    const words = { words: 'Not at a fair.' };
    const declined = await post(org.executive, `/v1/consent-requests/${id}/decline`, words);
    expect(declined.body).toMatchObject({ state: 'declined', ...words });
    expect(await post(asker, '/v1/consent-requests', wish())).toMatchObject({
      status: 429,
      body: { reasons: [{ code: 'no-pestering' }] },
    });
    const reopen = `UPDATE "ConsentRequest" SET "state" = 'open', "openFor" = 'x' WHERE "id" = '${id}'`;
    await expect(org.authority.database.client.$executeRawUnsafe(reopen)).rejects.toThrow();
  });
});
