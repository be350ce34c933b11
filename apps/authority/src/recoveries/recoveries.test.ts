import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RECOVERY_DELAY_SECONDS } from '@guise/identity';
import { parsePayload } from '@guise/ledger';
import { readEntriesAbout } from '@guise/persistence';
import {
  personNoticeList,
  recoveryList,
  recoveryPartResponse,
  recoveryResponse,
  registrationOptionsResponse,
} from '@guise/protocol';
import type { OutgoingNotice } from '../index.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import {
  firstAdmin,
  invitePerson,
  newAuthenticator,
  openTestAuthority,
  pairDevice,
  registerPasskey,
  signIn,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('recovery on %s', (kind) => {
  let authority: TestAuthority;
  let adminA: TestPerson;
  let adminB: TestPerson;
  let ada: TestPerson;
  let mails: OutgoingNotice[] = [];
  let mailWorks = true;

  beforeAll(async () => {
    const mail = {
      name: 'mail',
      recipientOf: (_tx: unknown, person: string) => Promise.resolve(person),
      deliver: (notice: OutgoingNotice) => {
        if (!mailWorks) return Promise.reject(new Error('the mail server is away'));
        mails.push(notice);
        return Promise.resolve();
      },
    };
    authority = await openTestAuthority(kind, { noticeChannels: [mail] });
    adminA = await firstAdmin(authority);
    adminB = await invitePerson(authority, adminA, 'Admin B', ['admin']);
  });
  beforeEach(async () => {
    [adminA, adminB] = [await fresh(adminA), await fresh(adminB)];
    ada = await invitePerson(authority, adminA, 'Ada', ['employee']);
  });
  afterAll(() => authority.close());

  const fresh = async (person: TestPerson): Promise<TestPerson> => ({
    ...person,
    token: textOf((await signIn(authority.api, person.authenticator)).body, 'token'),
  });
  const post = (by: TestPerson, url: string, json: object = {}): Promise<ApiAnswer> =>
    authority.api.post(url, json, { token: by.token });
  const request = (by: TestPerson, person: TestPerson) =>
    post(by, '/v1/recoveries', { person: person.id, reason: 'Lost their phone' });
  const idOf = (answer: ApiAnswer) => recoveryResponse.parse(answer.body).id;
  const notices = async (person: TestPerson) =>
    personNoticeList.parse((await authority.api.get('/v1/me/notices', { token: person.token })).body).notices;
  /** A recovery of Ada that both admins approved, a day ago. */
  const ready = async (): Promise<string> => {
    const id = idOf(await request(adminA, ada));
    expect((await post(adminB, `/v1/recoveries/${id}/approval`)).status).toBe(200);
    authority.clock.advanceSeconds(RECOVERY_DELAY_SECONDS);
    [adminA, adminB] = [await fresh(adminA), await fresh(adminB)];
    return id;
  };
  const partOf = async (admin: TestPerson, id: string): Promise<string> =>
    recoveryPartResponse.parse((await post(admin, `/v1/recoveries/${id}/part`)).body).part;
  const redeem = (invitation: string) =>
    authority.api.post('/v1/passkeys/registration/options', { invitation });

  it('gives a new passkey in place of all others, after two admins and a day', async () => {
    const id = await ready();
    ada = await fresh(ada);
    const code = `${await partOf(adminA, id)}${await partOf(adminB, id)}`;
    const back = await registerPasskey(authority, code, `recovered ${kind}`);
    expect(back.id).toBe(ada.id);
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    expect((await signIn(authority.api, ada.authenticator)).status).toBe(403);
    expect((await signIn(authority.api, back.authenticator)).status).toBe(200);
    expect((await redeem(code)).status).toBe(403);

    const steps = await readEntriesAbout(authority.database.client, [ada.id], ['recovery']);
    expect(steps.map(({ payload }) => parsePayload(payload))).toMatchObject([
      { state: 'requested', by: adminA.id, readyAt: null },
      { state: 'approved', by: adminB.id },
      { state: 'part-given', by: adminA.id },
      { state: 'part-given', by: adminB.id },
      { state: 'completed', by: ada.id },
    ]);
    const passkeys = await readEntriesAbout(authority.database.client, [ada.id], ['passkey']);
    expect(passkeys.map(({ payload }) => parsePayload(payload))).toMatchObject([
      { state: 'registered' },
      { state: 'registered' },
      { state: 'removed' },
    ]);
  });

  it('unpairs every device: whoever had the passkeys may have paired their own', async () => {
    const id = await ready();
    ada = await fresh(ada);
    const device = await pairDevice(authority, ada);
    expect((await device.call('GET', '/v1/policy')).status).toBe(200);
    const code = `${await partOf(adminA, id)}${await partOf(adminB, id)}`;
    const back = await registerPasskey(authority, code, `unpaired ${kind}`);
    expect(await device.call('GET', '/v1/policy')).toMatchObject({ body: { code: 'device-revoked' } });
    const told = (await notices(back)).find(({ kind: what }) => what === 'recovery-completed');
    expect(told?.text).toContain('unpaired');
    const entries = await readEntriesAbout(authority.database.client, [device.id], ['device']);
    expect(entries.map(({ payload }) => parsePayload(payload))).toMatchObject([
      { state: 'active' },
      { state: 'revoked' },
    ]);
  });

  it('tells the person by every channel, and every admin', async () => {
    mails = [];
    mailWorks = false;
    const id = idOf(await request(adminA, ada));
    const sweep = () => authority.app.get(PersonNotices, { strict: false }).sweep();
    await sweep();
    expect(mails).toEqual([]);
    mailWorks = true;
    await sweep();
    expect(mails).toEqual([]);
    authority.clock.advanceSeconds(30);
    await sweep();
    await sweep();
    const told = mails.filter(({ kind: what }) => what === 'recovery-requested').map(({ person }) => person);
    expect(told.filter((person) => person === ada.id)).toHaveLength(1);
    expect(told).toContain(adminB.id);
    expect(await notices(ada)).toMatchObject([{ kind: 'recovery-requested', about: id }]);
    await post(adminB, `/v1/recoveries/${id}/approval`);
    expect((await notices(ada)).map(({ kind: what }) => what)).toContain('recovery-approved');
    expect((await notices(ada)).every(({ text }) => text.length > 20)).toBe(true);
  });

  it('is cancelled by the person, at any time, and by an admin', async () => {
    const early = idOf(await request(adminA, ada));
    expect((await post(ada, `/v1/recoveries/${early}/cancel`)).body).toMatchObject({ state: 'cancelled' });
    const id = await ready();
    const code = `${await partOf(adminA, id)}${await partOf(adminB, id)}`;
    const begun = registrationOptionsResponse.parse((await redeem(code)).body);
    ada = await fresh(ada);
    expect((await post(ada, `/v1/recoveries/${id}/cancel`)).status).toBe(200);
    // Not even what had begun goes on.
    const response = newAuthenticator(authority, `too late ${kind}`).create(begun.options);
    const { ceremony } = begun;
    const late = await authority.api.post('/v1/passkeys/registration', { ceremony, response });
    expect(late).toMatchObject({ status: 403, body: { code: 'invitation-invalid' } });
    expect((await redeem(code)).status).toBe(403);
    expect((await signIn(authority.api, ada.authenticator)).status).toBe(200);
    expect((await post(ada, `/v1/recoveries/${id}/cancel`)).status).toBe(409);
    const third = idOf(await request(adminA, ada));
    expect((await post(adminB, `/v1/recoveries/${third}/cancel`)).status).toBe(200);
  });

  it('is nobody else’s business', async () => {
    const eve = await invitePerson(authority, adminA, 'Eve', ['employee']);
    const id = idOf(await request(adminA, ada));
    expect((await post(eve, `/v1/recoveries/${id}/cancel`)).status).toBe(404);
    const listOf = async (person: TestPerson) =>
      recoveryList.parse((await authority.api.get('/v1/recoveries', { token: person.token })).body)
        .recoveries;
    expect(await listOf(eve)).toEqual([]);
    expect((await listOf(ada)).map((each) => each.id)).toEqual([id]);
    expect((await listOf(adminB)).map((each) => each.id)).toContain(id);
    expect(await notices(eve)).toEqual([]);
  });

  it('is open once per person, until it is over', async () => {
    const first = await request(adminA, ada);
    expect(await request(adminB, ada)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    authority.clock.advanceSeconds(7 * 86_400);
    [adminA, adminB] = [await fresh(adminA), await fresh(adminB)];
    expect((await post(adminB, `/v1/recoveries/${idOf(first)}/approval`)).status).toBe(409);
    expect((await request(adminB, ada)).status).toBe(201);
  });

  it('keeps to four eyes and the delay in the database as well', async () => {
    const id = idOf(await request(adminA, ada));
    const sql = (set: string) =>
      authority.database.client.$executeRawUnsafe(`UPDATE "Recovery" SET ${set} WHERE "id" = '${id}'`);
    const approval = (by: string, hours: number) =>
      `"state" = 'approved', "approvedById" = '${by}', "approvedAt" = "requestedAt",
       "readyAt" = "requestedAt" + INTERVAL '${String(hours)} hours'`;
    await expect(sql(approval(adminA.id, 24))).rejects.toThrow(/four_eyes/);
    await expect(sql(approval(ada.id, 24))).rejects.toThrow(/four_eyes/);
    await expect(sql(approval(adminB.id, 23))).rejects.toThrow(/delay/);
    await expect(sql(`"personId" = '${adminB.id}', "openFor" = '${adminB.id}'`)).rejects.toThrow(/immutable/);
    await expect(sql(`"requesterPartHash" = 'x'`)).rejects.toThrow(/delay/);
    await expect(sql(`"state" = 'completed', "openFor" = NULL, "endedAt" = "requestedAt"`)).rejects.toThrow(
      /four_eyes/,
    );
    expect(await sql(approval(adminB.id, 24))).toBe(1);
    await expect(sql(`"readyAt" = "requestedAt"`)).rejects.toThrow();
  });
});
