import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  firstAdmin,
  invitePerson,
  openTestAuthority,
  signIn,
  testDatabases,
  textOf,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';
import { codeMailedTo, openTestMailServer, type TestMailServer } from '../testing/mail-server.js';
import { PersonNotices } from './person-notices.service.js';

const url = '/v1/me/notice-address';
const wrongFor = (code: string) => (code === 'BCDF-GHJK' ? 'LMNP-QRST' : 'BCDF-GHJK');

describe.each(await testDatabases())('the address of notices on %s', (kind) => {
  let server: TestMailServer;
  let authority: TestAuthority;
  let admin: TestPerson;
  let ada: TestPerson;
  let address: string;
  let made = 0;
  beforeAll(async () => {
    server = await openTestMailServer({ hideSTARTTLS: true });
    authority = await openTestAuthority(kind, {
      env: {
        GUISE_SMTP_URL: `smtp://localhost:${String(server.port)}`,
        GUISE_SMTP_FROM: 'guise@example.org',
      },
    });
    admin = await firstAdmin(authority);
  });
  beforeEach(async () => {
    admin = { ...admin, token: textOf((await signIn(authority.api, admin.authenticator)).body, 'token') };
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    made += 1;
    address = `ada${String(made)}@example.org`;
  });
  afterAll(async () => {
    await authority.close();
    await server.close();
  });

  const claim = (email = address, person = ada) =>
    authority.api.post(url, { email }, { token: person.token });
  const confirm = (code: string, person = ada) =>
    authority.api.post(`${url}/confirmation`, { code }, { token: person.token });
  const read = async (person = ada) => (await authority.api.get(url, { token: person.token })).body;
  const refused = { status: 409, body: { code: 'conflict' } };
  const mailsTo = (to: string) => server.mails.filter((mail) => mail.to.includes(to)).length;

  it('counts when its code was typed, and not before', async () => {
    const expiresAt = authority.clock.nowSeconds() + 900;
    const pending = { email: address, expiresAt };
    expect(await claim()).toMatchObject({ status: 200, body: { email: null, pending, mailIsSent: true } });
    const code = await codeMailedTo(server, address);
    const raw = server.mails.find(({ to }) => to.includes(address))?.raw;
    expect(raw).toMatch(/^Subject: Confirm this address\r?$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(raw).not.toMatch(/https?:|www\.|Ada|per_/);
    await authority.api.post(`/v1/persons/${ada.id}/roles`, { roles: ['auditor'] }, { token: admin.token });
    await authority.app.get(PersonNotices, { strict: false }).sweep();
    expect(mailsTo(address)).toBe(1);
    ada = { ...ada, token: textOf((await signIn(authority.api, ada.authenticator)).body, 'token') };
    // As somebody types it.
    const confirmed = await confirm(code.toLowerCase().replace('-', ' '));
    expect(confirmed).toMatchObject({ status: 200, body: { email: address, pending: null } });
    expect(await confirm(code)).toMatchObject(refused);
    expect(await read()).toMatchObject({ email: address, pending: null });
  });

  it('is stored without its code', async () => {
    await claim();
    const code = await codeMailedTo(server, address);
    const row = await authority.database.client.noticeAddressClaim.findFirstOrThrow({
      where: { personId: ada.id },
    });
    const kept = Buffer.concat([row.salt, row.codeHash]).toString('latin1') + JSON.stringify(row);
    for (const form of [code, code.replace('-', '')]) expect(kept).not.toContain(form);
    expect([row.salt.length, row.codeHash.length]).toEqual([16, 32]);
  });

  it('is not guessed: five tries at a code, many at once among them', async () => {
    await claim();
    const code = await codeMailedTo(server, address);
    const guesses = await Promise.all(Array.from({ length: 8 }, () => confirm(wrongFor(code))));
    for (const guess of guesses) expect(guess).toMatchObject(refused);
    const row = await authority.database.client.noticeAddressClaim.findFirstOrThrow({
      where: { personId: ada.id },
    });
    expect(row.attempts).toBe(5);
    expect(await confirm(code)).toMatchObject(refused);
    await claim();
    expect(await confirm(await codeMailedTo(server, address, 2))).toMatchObject({ status: 200 });
  });

  it('is confirmed for a quarter of an hour, by its newest code, by whom it was mailed for', async () => {
    const eve = await invitePerson(authority, admin, 'Eve', ['employee']);
    await claim();
    const old = await codeMailedTo(server, address);
    await claim(address, eve);
    expect(await confirm(old, eve)).toMatchObject(refused);
    await claim();
    const newest = await codeMailedTo(server, address, 3);
    expect(await confirm(old)).toMatchObject(refused);
    authority.clock.advanceSeconds(901);
    const back = textOf((await signIn(authority.api, ada.authenticator)).body, 'token');
    expect(await confirm(newest, { ...ada, token: back })).toMatchObject(refused);
    expect(await read({ ...ada, token: back })).toMatchObject({ email: null, pending: null });
  });

  it('is confirmed once by many who type the code at once', async () => {
    await claim();
    const code = await codeMailedTo(server, address);
    const answers = await Promise.all([confirm(code), confirm(code), confirm(code)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const where = { personId: ada.id, kind: 'notice-address-changed' };
    expect(await authority.database.client.personNotice.count({ where })).toBe(1);
  });

  it('keeps the old one in force until then, and tells it', async () => {
    const next = `next-${address}`;
    await claim();
    await confirm(await codeMailedTo(server, address));
    await claim(next);
    const code = await codeMailedTo(server, next);
    expect(await read()).toMatchObject({ email: address, pending: { email: next } });
    await confirm(code);
    await authority.app.get(PersonNotices, { strict: false }).sweep();
    // A code, that it was set, that it was changed; and a code, that it was changed.
    expect([mailsTo(address), mailsTo(next)]).toEqual([3, 2]);
  });

  it('is mailed few codes, for one account and for one address, and nobody learns who asks for an address', async () => {
    for (let i = 0; i < 3; i += 1) expect((await claim()).status).toBe(200);
    await codeMailedTo(server, address, 3);
    const limited = await claim();
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    // Another person gets the answer that everybody gets, and the address no fourth mail.
    const eve = await invitePerson(authority, admin, 'Eve', ['employee']);
    expect(await claim(address.toUpperCase(), eve)).toMatchObject({ status: 200, body: { email: null } });
    await claim(`other-${address}`, eve);
    await codeMailedTo(server, `other-${address}`);
    expect(mailsTo(address) + mailsTo(address.toUpperCase())).toBe(3);
  });

  it('is answered the same whether the mail server takes the address or not', async () => {
    server.answer = { responseCode: 550 };
    const unknown = await claim();
    server.answer = null;
    const known = await claim();
    expect(unknown).toMatchObject({ status: known.status, body: known.body as object });
  });

  it('is removed with what waits to be confirmed', async () => {
    await claim();
    const code = await codeMailedTo(server, address);
    const removed = await authority.api.post(`${url}/remove`, {}, { token: ada.token });
    expect(removed).toMatchObject({ status: 200, body: { email: null, pending: null } });
    expect(await confirm(code)).toMatchObject(refused);
  });

  it('is in the export, without what confirms it, and goes when the person does', async () => {
    await claim();
    await confirm(await codeMailedTo(server, address));
    await claim(`next-${address}`);
    const { body } = await authority.api.get('/v1/me/export', { token: ada.token });
    const tables = Reflect.get(Object(body), 'tables') as Record<string, readonly object[]>;
    expect(tables.NoticeAddress).toMatchObject([{ email: address }]);
    expect(tables.NoticeAddressClaim?.map((row) => Object.keys(row).toSorted())).toEqual([
      ['attempts', 'email', 'expiresAt', 'personId'],
    ]);
    const { client } = authority.database;
    await client.person.update({ where: { id: ada.id }, data: { state: 'left' } });
    await authority.app.get(PersonNotices, { strict: false }).sweep();
    const where = { personId: ada.id };
    expect(await client.noticeAddress.count({ where })).toBe(0);
    expect(await client.noticeAddressClaim.count({ where })).toBe(0);
  });
});

describe('the address of notices where no mail is sent', () => {
  it('is not asked for', async () => {
    const authority = await openTestAuthority('embedded');
    const admin = await firstAdmin(authority);
    const token = { token: admin.token };
    expect(await authority.api.get(url, token)).toMatchObject({ body: { mailIsSent: false } });
    const answer = await authority.api.post(url, { email: 'ada@example.org' }, token);
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await authority.close();
  });
});
