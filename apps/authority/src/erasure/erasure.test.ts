import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  scopeFor,
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

  it('frees the face: the person may register it again', async () => {
    expect((await enrol(org, org.employee, 'face:employee')).status).toBe(200);
  });
});
