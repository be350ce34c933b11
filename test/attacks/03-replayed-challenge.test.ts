/** THREATS 3, passkey part: an answer to a challenge is sent twice. Defence: a challenge is consumed before it is checked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationOptionsResponse } from '@guise/protocol';
import {
  openTestOrganisation,
  draftAvatar,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

describe.each(await testDatabases())('a replayed challenge on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  it('signs nobody in twice, not even ten times at once', async () => {
    const { api } = org.authority;
    const offered = await api.post('/v1/passkeys/authentication/options', {});
    const { ceremony, options } = authenticationOptionsResponse.parse(offered.body);
    const response = org.employee.authenticator.get(options);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.post('/v1/passkeys/authentication', { ceremony, response })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const later = await api.post('/v1/passkeys/authentication', { ceremony, response });
    expect(later).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
  });

  it('does not fit another ceremony', async () => {
    const { api } = org.authority;
    const offer = async () =>
      authenticationOptionsResponse.parse((await api.post('/v1/passkeys/authentication/options', {})).body);
    const [first, second] = [await offer(), await offer()];
    const response = org.employee.authenticator.get(first.options);
    const swapped = await api.post('/v1/passkeys/authentication', { ceremony: second.ceremony, response });
    expect(swapped).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('gives no second consent', async () => {
    const { api } = org.authority;
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const url = `/v1/avatars/${textOf(draft.body, 'id')}`;
    const token = org.executive.token;
    const offer = await api.post(`${url}/consent-offer`, scopeFor(org.authority, org.employee), { token });
    const signed = org.executive.sign(offer.body);
    const answers = await Promise.all([
      api.post(`${url}/consents`, signed, { token }),
      api.post(`${url}/consents`, signed, { token }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422]);
    expect(await org.authority.database.client.consent.count()).toBe(1);
  });

  it('is not a sign-in when it was made for a statement, nor the other way round', async () => {
    const { api } = org.authority;
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const url = `/v1/avatars/${textOf(draft.body, 'id')}`;
    const token = org.executive.token;
    const offer = await api.post(`${url}/consent-offer`, scopeFor(org.authority, org.employee), { token });
    const signed = org.executive.sign(offer.body);
    const asSignIn = await api.post('/v1/passkeys/authentication', {
      ceremony: textOf(offer.body, 'sha256'),
      response: signed.assertion,
    });
    expect(asSignIn).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
    const offered = await api.post('/v1/passkeys/authentication/options', {});
    const { options } = authenticationOptionsResponse.parse(offered.body);
    const assertion = org.executive.authenticator.get(options);
    const asConsent = await api.post(
      `${url}/consents`,
      { statement: signed.statement, assertion },
      { token },
    );
    expect(asConsent).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });
});
