import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  endConsent,
  eraseSourceFace,
  lockAvatar,
  revokeDevice,
  setAvatarState,
  type Transaction,
} from '@guise/persistence';
import { avatarResponse } from '@guise/protocol';
import {
  activeExecutiveAvatar,
  askPermit,
  enrol,
  openTestOrganisation,
  openTestSession,
  pairDevice,
  testDatabases,
  textOf,
  type TestDevice,
  type TestOrganisation,
} from '../testing/index.js';

/** Long enough for an unhindered permit to be issued, many times over. */
const OPEN_MS = 1_000;

describe.each(await testDatabases())('a permit asked for while its ground is taken away, on %s', (kind) => {
  let organisation: TestOrganisation;
  let device: TestDevice;
  let avatar: { id: string; sha256: string; consent: string | null };
  let paired = 0;

  beforeAll(async () => {
    organisation = await openTestOrganisation(kind);
    await enrol(organisation, organisation.employee, 'face:employee');
  });
  afterAll(() => organisation.authority.close());
  beforeEach(async () => {
    const { authority, employee } = organisation;
    device = await pairDevice(authority, employee, `device ${String((paired += 1))}`);
    const id = await activeExecutiveAvatar(organisation, employee);
    const answer = await authority.api.get(`/v1/avatars/${id}`, { token: employee.token });
    avatar = avatarResponse.parse(answer.body);
  });
  const ask = async () => (await askPermit(organisation.authority, device, avatar)).answer;
  const entries = (kindOf: string, topic?: string) =>
    organisation.authority.database.client.ledgerEntry.findMany({
      where: { kind: kindOf, ...(topic === undefined ? {} : { topic }) },
      orderBy: { id: 'asc' },
    });

  it('stands in the ledger before the withdrawal, or is refused', async () => {
    const { authority, executive } = organisation;
    const known = (await entries('permit')).length;
    const consent = avatar.consent ?? '';
    const [withdrawn, ...answers] = await Promise.all([
      sleep(20).then(() =>
        authority.api.post(`/v1/consents/${consent}/withdraw`, {}, { token: executive.token }),
      ),
      ...Array.from({ length: 8 }, (_, i) => sleep(i * 8).then(ask)),
    ]);
    expect(withdrawn.status).toBeLessThan(300);
    const permits = (await entries('permit')).slice(known);
    expect(permits).toHaveLength(answers.filter(({ status }) => status === 201).length);
    const [end] = await entries('consent-withdrawn', consent);
    expect(end).toBeDefined();
    for (const permit of permits) expect(permit.id < (end?.id ?? 0n)).toBe(true);
    expect((await ask()).body).toMatchObject({ code: 'permit-denied' });
  });

  it('neither waits for ever nor fails when sessions renew, ask, close and end all at once', async () => {
    const { authority, executive } = organisation;
    const sessions = await Promise.all(
      Array.from({ length: 12 }, () => openTestSession(authority, device, avatar)),
    );
    const known = (await entries('permit')).length;
    const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal' };
    const consent = avatar.consent ?? '';
    const answers = await Promise.all([
      sleep(30).then(() =>
        authority.api.post(`/v1/consents/${consent}/withdraw`, {}, { token: executive.token }),
      ),
      ...sessions.flatMap((session, i) => [
        sleep(i * 10).then(() => device.call('POST', '/v1/permits', { ...wish, session: session.id })),
        sleep(i * 12).then(() => session.lease()),
        ...(i % 4 === 0
          ? [device.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' })]
          : []),
      ]),
    ]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const live = { avatarId: avatar.id, state: 'live' };
    await expect.poll(() => authority.database.client.wearSession.count({ where: live })).toBe(0);
    const [end] = await entries('consent-withdrawn', consent);
    for (const permit of (await entries('permit')).slice(known)) {
      expect(permit.id < (end?.id ?? 0n)).toBe(true);
    }
    // Each session ended once.
    const closed = await Promise.all(sessions.map(({ id }) => entries('session-closed', id)));
    expect(closed.map(({ length }) => length)).toEqual(sessions.map(() => 1));
  });

  const takers: readonly (readonly [string, (tx: Transaction, at: Date) => Promise<unknown>])[] = [
    [
      'the avatar is suspended',
      async (tx, at) => {
        await lockAvatar(tx, avatar.id);
        await setAvatarState(tx, { id: avatar.id, state: 'suspended', suspensions: 1 }, at);
      },
    ],
    // Nothing that is locked says so: the consent is read after the wait, or wrongly.
    [
      'the consent alone is withdrawn',
      async (tx, at) => {
        await lockAvatar(tx, avatar.id);
        await endConsent(tx, avatar.consent ?? '', 'withdrawn', at);
      },
    ],
    [
      'the person is suspended',
      async (tx) => {
        const { id } = organisation.employee;
        await tx.person.update({ where: { id }, data: { state: 'suspended' } });
      },
    ],
    ['the device is revoked', (tx, at) => revokeDevice(tx, { id: device.id }, at)],
    // The last one: nobody has a face after it.
    [
      'the wearer’s face is erased',
      async (tx, at) => {
        const where = { personId: organisation.employee.id, state: 'active' };
        const { id } = await tx.sourceFace.findFirstOrThrow({ where });
        return eraseSourceFace(tx, { id, personId: organisation.employee.id }, at);
      },
    ],
  ];

  it.each(takers)(
    'waits and is refused when %s, for a new session and for one that runs',
    async (_name, take) => {
      const { authority, employee } = organisation;
      const { database, clock } = authority;
      const session = await openTestSession(authority, device, avatar);
      const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
      const known = (await entries('permit')).length;
      const asked = await database.transaction(async (tx) => {
        await take(tx, clock.now());
        const pending = [ask(), device.call('POST', '/v1/permits', wish)];
        await sleep(OPEN_MS);
        return { pending };
      });
      const [opened, renewed] = await Promise.all(asked.pending);
      expect([401, 403]).toContain(opened?.status);
      expect([401, 403]).toContain(renewed?.status);
      expect(await entries('permit')).toHaveLength(known);
      // Whom nobody knows any more ends nothing; who is refused ends the session with the refusal.
      const refused = textOf(renewed?.body, 'code') === 'permit-denied';
      expect(await entries('session-closed', session.id)).toHaveLength(refused ? 1 : 0);
      await database.client.person.update({ where: { id: employee.id }, data: { state: 'active' } });
    },
  );
});
