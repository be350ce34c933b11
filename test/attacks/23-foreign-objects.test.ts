/** THREATS 23 (IDOR): calling a route with another person's object. Defence: the owner is part of every query. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  consentTo,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  scopeFor,
  testDatabases,
  textOf,
  type Method,
  type TestDevice,
  type TestOrganisation,
} from '@guise/authority/testing';

describe.each(await testDatabases())('foreign objects on %s', (kind) => {
  let org: TestOrganisation;
  let victimDevice: TestDevice;
  let attackerDevice: TestDevice;
  let victimFace: string;
  let privateAvatar: string;
  let consent: string;
  let enrolment: string;

  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    victimDevice = await pairDevice(org.authority, org.executive);
    attackerDevice = await pairDevice(org.authority, org.employee);
    victimFace = textOf((await enrol(org, org.executive, 'face:victim')).body, 'sourceFace');
    const { api } = org.authority;
    const own = await draftAvatar(org, org.executive, org.executive, {
      kind: 'own-face',
      likeness: 'person',
      face: 'victim',
    });
    privateAvatar = textOf(own.body, 'id');
    const given = await consentTo(org, org.executive, privateAvatar, scopeFor(org.authority, org.executive));
    consent = textOf(given.body, 'id');
    const notice = (await api.get('/v1/notices/enrolment')).body;
    const release = { noticeSha256: textOf(notice, 'sha256'), locale: 'en', release: true };
    enrolment = textOf(
      (await api.post('/v1/enrolments', release, { token: org.executive.token })).body,
      'id',
    );
  });
  afterAll(() => org.authority.close());

  const routes = (): readonly (readonly [Method, string, object?])[] => [
    ['GET', `/v1/avatars/${privateAvatar}`],
    ['GET', `/v1/avatars/${privateAvatar}/bundle`],
    ['POST', `/v1/avatars/${privateAvatar}/consent-offer`, scopeFor(org.authority, org.employee)],
    ['POST', `/v1/avatars/${privateAvatar}/withdraw`, {}],
    ['POST', `/v1/consents/${consent}/withdraw`, {}],
    ['POST', `/v1/devices/${victimDevice.id}/revoke`, {}],
    ['PUT', `/v1/enrolments/${enrolment}/capture`, {}],
  ];

  it('do not exist for an employee who is not concerned', async () => {
    for (const [method, url, json] of routes()) {
      const answer = await org.authority.api.call(method, url, { token: org.employee.token, json });
      expect([method, url, answer.status]).toEqual([method, url, 404]);
    }
  });

  it('are not the admins’ and auditors’ to decide about either', async () => {
    for (const person of [org.adminB, org.auditor]) {
      for (const [method, url, json] of routes().filter(([m]) => m !== 'GET')) {
        const answer = await org.authority.api.call(method, url, { token: person.token, json });
        expect([method, url, [403, 404].includes(answer.status)]).toEqual([method, url, true]);
      }
    }
  });

  it('are out of reach for another person’s device', async () => {
    const forDevice = (device: TestDevice, url: string) => device.call('GET', url);
    for (const url of [
      `/v1/avatars/${privateAvatar}`,
      `/v1/avatars/${privateAvatar}/bundle`,
      `/v1/source-faces/${victimFace}/template`,
    ]) {
      expect([url, (await forDevice(attackerDevice, url)).status]).toEqual([url, 404]);
      expect([url, (await forDevice(victimDevice, url)).status]).toEqual([url, 200]);
    }
  });

  it('do not show in lists', async () => {
    const shared = await activeExecutiveAvatar(org, org.employee);
    const list = await org.authority.api.get('/v1/avatars', { token: org.employee.token });
    expect(JSON.stringify(list.body)).toContain(shared);
    expect(JSON.stringify(list.body)).not.toContain(privateAvatar);
    const devices = await org.authority.api.get('/v1/devices', { token: org.employee.token });
    expect(JSON.stringify(devices.body)).not.toContain(victimDevice.id);
  });

  it('look the same as objects that do not exist', async () => {
    const foreign = await org.authority.api.get(`/v1/avatars/${privateAvatar}`, {
      token: org.employee.token,
    });
    const missing = await org.authority.api.get(`/v1/avatars/ava_${'a'.repeat(26)}`, {
      token: org.employee.token,
    });
    const withoutTrace = (body: unknown) => ({ ...Object(body), traceId: '' }) as unknown;
    expect(withoutTrace(foreign.body)).toEqual(withoutTrace(missing.body));
  });

  it('stay as they were', async () => {
    const { body } = await org.authority.api.get(`/v1/avatars/${privateAvatar}`, { token: org.adminA.token });
    expect(body).toMatchObject({ state: 'awaiting-approval', consent });
    const row = await org.authority.database.client.device.findUniqueOrThrow({
      where: { id: victimDevice.id },
    });
    expect(row.state).toBe('active');
  });
});
