import { personExport } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  enrol,
  openTestOrganisation,
  pairDevice,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('the export of a person on %s', (kind) => {
  let org: TestOrganisation;
  let avatar: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
    avatar = await activeExecutiveAvatar(org, org.employee);
    const device = await pairDevice(org.authority, org.employee);
    const { body } = await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token });
    await askPermit(org.authority, device, { id: avatar, sha256: textOf(body, 'sha256') });
  });
  afterAll(() => org.authority.close());

  const exported = async (person: TestPerson) => {
    const answer = await org.authority.api.get('/v1/me/export', { token: person.token });
    expect(answer.headers['content-disposition']).toContain('attachment');
    return personExport.parse(answer.body);
  };

  it('holds what the person made, gave, wore and was decided about', async () => {
    const employee = await exported(org.employee);
    expect(employee.person).toBe(org.employee.id);
    const tables = Object.keys(employee.tables);
    for (const table of ['Person', 'Passkey', 'SignIn', 'Device', 'SourceFace', 'WearSession', 'Decision']) {
      expect(tables).toContain(table);
    }
    // Named as a wearer: the consent is somebody else's, so its id is all.
    expect(employee.tables.Consent?.map((row) => Object.keys(row))).toEqual([['id']]);
    expect(employee.tables.Avatar).toBeUndefined();
    const executive = await exported(org.executive);
    expect(executive.tables.Avatar?.map(({ id }) => id)).toEqual([avatar]);
    expect(JSON.stringify(executive.tables.Consent)).toContain('guise.consent.v1');
    expect(executive.tables.Approval).toHaveLength(2);
    expect(executive.tables.WearSession).toBeUndefined();
    expect((await exported(org.adminB)).tables.Approval).toHaveLength(1);
  });

  it('holds no secret and no template', async () => {
    const { client } = org.authority.database;
    const text = JSON.stringify(await exported(org.employee));
    const signIn = await client.signIn.findFirstOrThrow({ where: { personId: org.employee.id } });
    const invitation = await client.invitation.findFirstOrThrow({ where: { personId: org.employee.id } });
    for (const secret of [signIn.tokenHash, invitation.tokenHash, org.employee.token]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/"(searchTemplate|wearerTemplate|publicKey|tokenHash)"/);
  });

  it('holds nobody else', async () => {
    const text = JSON.stringify(await exported(org.auditor));
    for (const other of [org.executive, org.employee, org.adminB]) expect(text).not.toContain(other.id);
  });
});
