/**
 * THREATS 31: an invitation is used by somebody else, again, or late. Defence: it is used up by the passkey that it lets in,
 * in one conditional write, ends by itself, and names one person.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { invitationResponse, registrationOptionsResponse } from '@guise/protocol';
import {
  newAuthenticator,
  openTestOrganisation,
  registerPasskey,
  signIn,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
} from '@guise/authority/testing';

const WEEK_SECONDS = 7 * 24 * 3600;

describe.each(await testDatabases())('a reused invitation on %s', (kind) => {
  let org: TestOrganisation;
  let adminToken: string;
  let made = 0;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  beforeEach(async () => {
    adminToken = textOf((await signIn(org.authority.api, org.adminA.authenticator)).body, 'token');
  });
  afterAll(() => org.authority.close());

  const invite = async () => {
    const request = { displayName: 'New', roles: ['employee'] };
    const answer = await org.authority.api.post('/v1/invitations', request, { token: adminToken });
    return invitationResponse.parse(answer.body);
  };
  const begin = (invitation: string): Promise<ApiAnswer> =>
    org.authority.api.post('/v1/passkeys/registration/options', { invitation });
  const finish = (begun: ApiAnswer): Promise<ApiAnswer> => {
    made += 1;
    const { ceremony, options } = registrationOptionsResponse.parse(begun.body);
    const response = newAuthenticator(org.authority, `reuse ${kind} ${String(made)}`).create(options);
    return org.authority.api.post('/v1/passkeys/registration', { ceremony, response });
  };
  const passkeysOf = (personId: string) =>
    org.authority.database.client.passkey.count({ where: { personId } });
  const refused = { status: 403, body: { code: 'invitation-invalid' } };

  it('lets one in, of ten that began with it and finish together', async () => {
    const { token, personId } = await invite();
    const begun = [];
    for (let i = 0; i < 10; i++) begun.push(await begin(token));
    const answers = await Promise.all(begun.map(finish));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(9);
    expect(await passkeysOf(personId)).toBe(1);
  });

  it('adds no passkey to the account of whom it let in', async () => {
    const { token, personId } = await invite();
    const earlier = await begin(token);
    await registerPasskey(org.authority, token, `owner ${kind}`);
    expect(await begin(token)).toMatchObject(refused);
    expect(await finish(earlier)).toMatchObject(refused);
    expect(await passkeysOf(personId)).toBe(1);
  });

  it('ends after a week, also for what began in time', async () => {
    const { token, personId } = await invite();
    org.authority.clock.advanceSeconds(WEEK_SECONDS - 60);
    const inTime = await begin(token);
    expect(inTime.status).toBe(200);
    org.authority.clock.advanceSeconds(61);
    expect(await begin(token)).toMatchObject(refused);
    expect(await finish(inTime)).toMatchObject(refused);
    expect(await passkeysOf(personId)).toBe(0);
  });

  it('of the first admin is worth nothing once there is one', async () => {
    const path = join(org.authority.config.dataDir, 'bootstrap-invitation');
    const bootstrap = (await readFile(path, 'utf8')).trim();
    expect(await begin(bootstrap)).toMatchObject(refused);
  });

  it('is not found in the database: only its hash is kept', async () => {
    const { token } = await invite();
    const rows = await org.authority.database.client.invitation.findMany();
    expect(JSON.stringify(rows)).not.toContain(token);
    const { tokenHash } = rows.at(-1) ?? { tokenHash: '' };
    expect((await begin(tokenHash)).status).toBeGreaterThanOrEqual(400);
  });
});
