import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  firstAdmin,
  invitePerson,
  openTestAuthority,
  signIn,
  stepUp,
  testDatabases,
  textOf,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';
import {
  codeMailedTo,
  makeCertificate,
  openTestMailServer,
  type ReceivedMail,
  type TestMailServer,
} from '../testing/mail-server.js';
import { createMailChannel, MailError } from './mail-channel.js';
import type { OutgoingNotice } from './notice-channel.js';
import { PersonNotices } from './person-notices.service.js';

const FROM = 'guise@example.org';
const HOSTILE = [
  'ada@example.org\r\nBcc: eve@example.org',
  'ada@example.org\nSubject: sign in here',
  'ada@example.org, eve@example.org',
  'ada@example.org>\r\nRCPT TO:<eve@example.org',
  'Ada <ada@example.org>',
  '"ada\r\n"@example.org',
  'ada@example.org\0',
  'ada @example.org',
  'ada@localhost',
  'ada@[127.0.0.1]',
  'ada@example..org',
  '.ada@example.org',
  'ada@-example.org',
  `${'a'.repeat(65)}@example.org`,
  `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.org`,
  'аda@example.org',
  '@example.org',
  '',
];

describe.each(await testDatabases())('notices by mail on %s', (kind) => {
  let server: TestMailServer;
  let authority: TestAuthority;
  let admin: TestPerson;
  let ada: TestPerson;
  beforeAll(async () => {
    server = await openTestMailServer({ hideSTARTTLS: true });
    authority = await openTestAuthority(kind, {
      env: { GUISE_SMTP_URL: `smtp://localhost:${String(server.port)}`, GUISE_SMTP_FROM: FROM },
    });
    admin = await firstAdmin(authority);
  });
  beforeEach(async () => {
    admin = { ...admin, token: textOf((await signIn(authority.api, admin.authenticator)).body, 'token') };
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
  });
  afterEach(async () => {
    server.answer = null;
    // Nothing is left over for the next one.
    await authority.database.client.noticeDelivery.deleteMany();
  });
  afterAll(async () => {
    await authority.close();
    await server.close();
  });

  const sweep = () => authority.app.get(PersonNotices, { strict: false }).sweep();
  const url = '/v1/me/notice-address';
  const claim = (email: unknown, token = ada.token) => authority.api.post(url, { email }, { token });
  const setAddress = async (email: string, token = ada.token) => {
    await claim(email, token);
    const code = await codeMailedTo(server, email);
    return authority.api.post(`${url}/confirmation`, { code }, { token });
  };
  const rename = async () => {
    await authority.api.post(`/v1/persons/${ada.id}/roles`, { roles: ['auditor'] }, { token: admin.token });
  };
  const outbox = () => authority.database.client.noticeDelivery.count();
  const subjectOf = ({ raw }: ReceivedMail) => /^Subject: (.*)$/m.exec(raw)?.[1];
  const mailsTo = (address: string) =>
    server.mails.filter((mail) => mail.to.includes(address) && subjectOf(mail) !== 'Confirm this address');

  it('go to the address that the person set, in fixed words, without links, codes or names', async () => {
    expect((await authority.api.get(url, { token: ada.token })).body).toEqual({
      email: null,
      pending: null,
      mailIsSent: true,
    });
    expect(await setAddress('ada@one.example')).toMatchObject({
      status: 200,
      body: { email: 'ada@one.example' },
    });
    await rename();
    await sweep();
    const mails = mailsTo('ada@one.example');
    expect(mails.map(subjectOf).toSorted()).toEqual([
      'The address for these notices was changed',
      'Your roles were changed',
    ]);
    for (const { from, to, raw } of mails) {
      expect([from, to]).toEqual([FROM, ['ada@one.example']]);
      expect(raw).toMatch(/^Auto-Submitted: auto-generated$/m);
      expect(raw).toMatch(/^Message-ID: <ntc_[a-z2-7]{26}@example\.org>$/m);
      expect(raw).not.toMatch(/https?:|www\.|Ada/);
      expect(raw).not.toContain(ada.id);
    }
    expect(await outbox()).toBe(0);
  });

  it('are sent to nobody who set none', async () => {
    const before = server.mails.length;
    await rename();
    await sweep();
    expect([server.mails.length, await outbox()]).toEqual([before, 0]);
  });

  it('tell the old address of a new one, and what was on its way stays on it', async () => {
    await setAddress('ada@old.example');
    await rename();
    const fresh = (await signIn(authority.api, ada.authenticator)).body;
    await setAddress('thief@new.example', textOf(fresh, 'token'));
    await sweep();
    expect(mailsTo('ada@old.example')).toHaveLength(3);
    expect(mailsTo('thief@new.example')).toHaveLength(1);
    const removed = await authority.api.post(`${url}/remove`, {}, { token: textOf(fresh, 'token') });
    expect(removed).toMatchObject({ status: 200, body: { email: null } });
    await sweep();
    expect(mailsTo('thief@new.example')).toHaveLength(2);
  });

  it('need a fresh verification for every change', async () => {
    const token = textOf((await signIn(authority.api, ada.authenticator)).body, 'token');
    authority.clock.advanceSeconds(301);
    const needed = { status: 401, body: { code: 'step-up-required' } };
    expect(await claim('ada@example.org', token)).toMatchObject(needed);
    expect(await authority.api.post(`${url}/confirmation`, { code: 'BCDF-GHJK' }, { token })).toMatchObject(
      needed,
    );
    expect(await authority.api.post(`${url}/remove`, {}, { token })).toMatchObject(needed);
    const verified = await stepUp(authority, { ...ada, token });
    expect((await setAddress('ada@example.org', verified.token)).status).toBe(200);
  });

  it.each(HOSTILE)('are sent to no address like %j', async (email) => {
    expect(await claim(email)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/email' }] } });
  });

  it('are sent to nothing that was written into the database either', async () => {
    const { client } = authority.database;
    const hostile = 'ada@example.org\r\nBcc:eve@example.org';
    const data = { personId: ada.id, email: hostile, setAt: new Date() };
    await expect(client.noticeAddress.create({ data })).rejects.toThrow();
    await setAddress('ada@three.example');
    await client.noticeDelivery.updateMany({ data: { recipient: hostile } });
    const before = server.mails.length;
    await sweep();
    expect(server.mails.length).toBe(before);
  });

  it('wait while the server is away or refuses, and come once when it is back', async () => {
    await setAddress('ada@four.example');
    for (const pause of [30, 60, 120]) {
      server.answer = { responseCode: 451 };
      await sweep();
      expect([mailsTo('ada@four.example').length, await outbox()]).toEqual([0, 1]);
      server.answer = null;
      authority.clock.advanceSeconds(pause - 1);
      await sweep();
      expect(mailsTo('ada@four.example')).toHaveLength(0);
      authority.clock.advanceSeconds(1);
    }
    await Promise.all([sweep(), sweep(), sweep()]);
    expect([mailsTo('ada@four.example').length, await outbox()]).toEqual([1, 0]);
  });

  it('are given up after a week, and are in the list still', async () => {
    await setAddress('ada@five.example');
    server.answer = { responseCode: 550 };
    let tries = 0;
    for (; (await outbox()) > 0 && tries < 100; tries += 1) {
      await sweep();
      authority.clock.advanceSeconds(6 * 3600);
    }
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(40);
    expect(mailsTo('ada@five.example')).toEqual([]);
    const { client } = authority.database;
    expect(await client.personNotice.count({ where: { personId: ada.id } })).toBe(1);
    authority.clock.advanceSeconds(366 * 86_400);
    await sweep();
    expect(await client.personNotice.count({ where: { personId: ada.id } })).toBe(0);
  });

  it('go nowhere any more when the person left', async () => {
    await setAddress('ada@six.example');
    await authority.database.client.person.update({ where: { id: ada.id }, data: { state: 'left' } });
    await authority.database.transaction((tx) =>
      authority.app.get(PersonNotices, { strict: false }).tell(tx, ada.id, 'roles-changed'),
    );
    await sweep();
    expect(mailsTo('ada@six.example')).toHaveLength(1);
    expect(await authority.database.client.noticeAddress.count({ where: { personId: ada.id } })).toBe(0);
  });
});

describe('the connection to the mail server', () => {
  const notice: OutgoingNotice = {
    ...{ id: 'ntc_a', person: 'per_a', recipient: 'ada@example.org' },
    ...{ kind: 'roles-changed', text: 'Your roles were changed.', at: 0 },
  };
  const channel = (port: number, implicitTls: boolean, ca?: string) =>
    createMailChannel({
      smtp: {
        ...{ host: 'localhost', port, implicitTls, tlsRequired: true, from: FROM },
        login: { user: 'guise', password: 'secret' },
      },
      organisation: 'Example Ltd',
      ...(ca === undefined ? {} : { ca }),
    });
  const failure = async (work: Promise<void>): Promise<MailError> => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof MailError) return error;
    throw new Error('the mail was taken');
  };

  it('is not made in the clear: a server without TLS gets neither the password nor the mail', async () => {
    const server = await openTestMailServer({ hideSTARTTLS: true });
    await failure(channel(server.port, false).deliver(notice));
    expect([server.logins, server.mails]).toEqual([[], []]);
    await server.close();
  });

  it.each([
    ['STARTTLS', false],
    ['TLS from the start', true],
  ])('is made to a server whose certificate holds, and to no other: %s', async (_how, secure) => {
    const own = await makeCertificate();
    const server = await openTestMailServer({ secure, ...own });
    await failure(channel(server.port, secure).deliver(notice));
    await failure(channel(server.port, secure, (await makeCertificate()).cert).deliver(notice));
    expect([server.logins, server.mails]).toEqual([[], []]);
    await channel(server.port, secure, own.cert).deliver(notice);
    expect([server.logins, server.mails.length]).toEqual([['guise'], 1]);
    await server.close();
  });

  it('tells nothing of its words or addresses', async () => {
    const own = await makeCertificate();
    const server = await openTestMailServer({ secure: true, ...own });
    server.answer = { responseCode: 550 };
    const error = await failure(channel(server.port, true, own.cert).deliver(notice));
    expect([error.reply, error.cause]).toEqual([550, undefined]);
    expect(JSON.stringify([error.message, error])).not.toMatch(/ada|secret/);
    await server.close();
  });
});
