import { DEFAULT_POLICY } from '@guise/consent';
import { parsePayload } from '@guise/ledger';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RetentionService } from '../retention/retention.service.js';
import { EntryErasure } from './entry-erasure.js';
import {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  Reconciliation,
  scopeFor,
  signIn,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '../testing/index.js';

describe.each(await testDatabases())('erasure on %s', (kind) => {
  let org: TestOrganisation;
  let face: string;
  let avatar: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    face = textOf((await enrol(org, org.employee, 'face:employee')).body, 'sourceFace');
    const draft = await draftAvatar(org, org.employee, org.employee, {
      kind: 'own-face',
      likeness: 'person',
      face: 'employee',
    });
    avatar = textOf(draft.body, 'id');
    await consentTo(org, org.employee, avatar, scopeFor(org.authority, org.employee));
    await decideOn(org, org.adminA, avatar);
  });
  afterAll(() => org.authority.close());

  const erase = (token: string) => org.authority.api.post(`/v1/source-faces/${face}/erase`, {}, { token });

  it('is the owner’s alone', async () => {
    expect((await erase(org.adminA.token)).status).toBe(404);
    expect((await erase(org.executive.token)).status).toBe(404);
  });

  it('overwrites the template, withdraws the avatars and leaves an entry', async () => {
    const device = await pairDevice(org.authority, org.employee);
    expect((await erase(org.employee.token)).status).toBe(204);
    const { client } = org.authority.database;
    const row = await client.sourceFace.findUniqueOrThrow({ where: { id: face } });
    expect(row).toMatchObject({ state: 'erased', activeFor: null });
    expect([row.searchTemplate.length, row.wearerTemplate.length]).toEqual([0, 0]);
    const shown = await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token });
    expect(textOf(shown.body, 'state')).toBe('withdrawn');
    expect(await client.ledgerEntry.count({ where: { kind: 'erasure' } })).toBe(1);
    expect((await device.call('GET', `/v1/source-faces/${face}/template`)).status).toBe(404);
    expect((await erase(org.employee.token)).status).toBe(404);
  });

  const enrolments = async () => {
    const where = { kind: 'enrolment', topic: org.employee.id };
    const rows = await org.authority.database.client.ledgerEntry.findMany({ where, orderBy: { id: 'asc' } });
    return rows.map(({ payload, salt }) => payload !== null && salt !== null);
  };

  it('destroys what the ledger could prove of the face, at once and by right', async () => {
    expect(await enrolments()).toEqual([false]);
    const { client } = org.authority.database;
    expect(await client.ledgerEntry.count({ where: { kind: 'entries-erased' } })).toBe(1);
    expect(await org.authority.app.get(Reconciliation, { strict: false }).sweep()).toEqual([]);
  });

  it('frees the face: the person may register it again, and retention leaves that one alone', async () => {
    org.authority.clock.advanceSeconds(1);
    expect((await enrol(org, org.employee, 'face:employee')).status).toBe(200);
    await org.authority.app.get(RetentionService, { strict: false }).sweep();
    expect(await enrolments()).toEqual([false, true]);
  });

  it('is made up for by retention where the authority stopped between the face and its entries', async () => {
    const { client } = org.authority.database;
    const { id } = await client.sourceFace.findFirstOrThrow({ where: { activeFor: org.employee.id } });
    const entries = org.authority.app.get(EntryErasure, { strict: false });
    const stopped = vi.spyOn(entries, 'eraseFaces').mockRejectedValueOnce(new Error('stopped'));
    const { token } = org.employee;
    expect((await org.authority.api.post(`/v1/source-faces/${id}/erase`, {}, { token })).status).toBe(204);
    stopped.mockRestore();
    expect(await enrolments()).toEqual([false, true]);
    await org.authority.app.get(RetentionService, { strict: false }).sweep();
    expect(await enrolments()).toEqual([false, false]);
  });
});

describe.each(await testDatabases())('leaving on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const leave = (token: string, json: unknown = { leave: 'for good' }) =>
    org.authority.api.post('/v1/me/leave', json, { token });

  it('must be said in so many words', async () => {
    expect((await leave(org.employee.token, {})).status).toBe(400);
  });

  it('keeps what an admin decided for others, and the passkeys that signed it', async () => {
    await activeExecutiveAvatar(org, org.employee);
    expect((await leave(org.adminC.token)).status).toBe(204);
    org.authority.clock.advanceSeconds(DEFAULT_POLICY.retention.leaverDays * 24 * 3600 + 1);
    await org.authority.app.get(RetentionService, { strict: false }).sweep();
    const { client } = org.authority.database;
    const left = await client.ledgerEntry.findMany({ where: { topic: org.adminC.id } });
    expect(left.filter(({ payload }) => payload !== null).map((row) => row.kind)).toEqual(['passkey']);
    const approvals = await client.approval.findMany({ where: { approverId: org.adminC.id } });
    const signed = await client.ledgerEntry.findMany({
      where: { topic: { in: approvals.map(({ id }) => id) } },
    });
    expect(signed.map(({ payload }) => payload !== null)).toEqual([true]);
    const where = { kind: 'retention' };
    const log = await client.ledgerEntry.findFirstOrThrow({ where, orderBy: { id: 'desc' } });
    expect(parsePayload(log.payload ?? new Uint8Array())).toMatchObject({
      ...{ what: 'records-of-leavers', count: 1 },
    });
    expect(await org.authority.app.get(Reconciliation, { strict: false }).sweep()).toEqual([]);
  });

  it('is not for the last admin', async () => {
    const adminB = (await signIn(org.authority.api, org.adminB.authenticator)).body;
    expect((await leave(textOf(adminB, 'token'))).status).toBe(204);
    const adminA = (await signIn(org.authority.api, org.adminA.authenticator)).body;
    expect(await leave(textOf(adminA, 'token'))).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });
});
