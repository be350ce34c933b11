import { verifyConsentReceipt } from '@guise/permit';
import { consentList, p256Jwk, personId } from '@guise/protocol';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  scopeFor,
  testDatabases,
  textOf,
  type TestDevice,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

const ARTWORK = { kind: 'executive', likeness: 'artwork', face: null } as const;
const jwks = z.object({ keys: z.array(p256Jwk) });

describe.each(await testDatabases())('consents and their receipts on %s', (kind) => {
  let org: TestOrganisation;
  let device: TestDevice;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
    device = await pairDevice(org.authority, org.employee);
  });
  afterAll(() => org.authority.close());

  const get = (person: TestPerson, url: string) => org.authority.api.get(url, { token: person.token });
  const draft = async (): Promise<string> =>
    textOf((await draftAvatar(org, org.adminA, org.executive, ARTWORK)).body, 'id');
  /** Verifies with what the authority publishes, and nothing else. */
  const verify = async (receipt: unknown) => {
    const published = jwks.parse((await org.authority.api.get('/.well-known/jwks.json')).body);
    const keys = published.keys.map((jwk) => ({ kid: jwk.kid ?? '', jwk }));
    return verifyConsentReceipt(String(receipt), { keys, issuer: org.authority.config.publicUrl });
  };

  it('are listed for the subject, page by page, and for nobody else', async () => {
    for (let i = 0; i < 3; i++) {
      await consentTo(org, org.executive, await draft(), scopeFor(org.authority, org.employee));
    }
    const first = consentList.parse((await get(org.executive, '/v1/consents?limit=2')).body);
    const rest = consentList.parse(
      (await get(org.executive, `/v1/consents?limit=2&after=${String(first.next)}`)).body,
    );
    const ids = [...first.consents, ...rest.consents].map(({ id }) => id);
    expect([new Set(ids).size, first.consents.length, rest.next]).toEqual([3, 2, null]);
    expect(consentList.parse((await get(org.employee, '/v1/consents')).body).consents).toEqual([]);
    const [id = ''] = ids;
    expect((await get(org.employee, `/v1/consents/${id}/receipt`)).status).toBe(404);
    expect((await get(org.adminA, `/v1/consents/${id}/receipt`)).status).toBe(404);
    expect((await get(org.auditor, `/v1/consents/${id}/receipt`)).status).toBe(200);
  });

  it('come as signed records that name nobody and tell what happened', async () => {
    const avatar = await draft();
    const scope = scopeFor(org.authority, org.employee);
    const given = textOf((await consentTo(org, org.executive, avatar, scope)).body, 'id');
    const receipt = async () => verify((await get(org.executive, `/v1/consents/${given}/receipt`)).body);
    const { record } = await receipt();
    expect(record.record_id).toBe(given);
    const notice = (await get(org.executive, '/v1/notices/consent')).body;
    expect(record.notice).toEqual({ sha256: textOf(notice, 'sha256'), locale: textOf(notice, 'locale') });
    expect(record.recipients).toHaveLength(1);
    expect(JSON.stringify(record)).not.toMatch(/per_/);
    const amended = textOf((await consentTo(org, org.executive, avatar, scope)).body, 'id');
    const after = (await receipt()).record;
    expect(after.superseded_by).toBe(amended);
    expect(after.events.map(({ state }) => state)).toEqual([
      'dpv:ConsentRequested',
      'dpv:ConsentGiven',
      'dpv:ConsentWithdrawn',
    ]);
  });

  it('name everyone who holds a role when they are signed', async () => {
    const avatar = await draft();
    const { notBefore, notAfter } = scopeFor(org.authority);
    const scope = {
      groups: ['employee'],
      purposes: ['meeting'],
      audience: ['internal'],
      notBefore,
      notAfter,
    };
    const { body } = await consentTo(org, org.executive, avatar, scope);
    const row = await org.authority.database.client.consent.findUniqueOrThrow({
      where: { id: textOf(body, 'id') },
    });
    expect(row.wearers.toSorted()).toEqual([org.employee.id, org.executive.id].toSorted());
    expect(row.statement).not.toContain('groups');
  });

  it('bind permits to named meetings, platforms and further terms', async () => {
    const now = org.authority.clock.nowSeconds();
    const period = { notBefore: now, notAfter: now + 1000 };
    const id = await draft();
    await consentTo(org, org.executive, id, {
      wearers: [personId.parse(org.employee.id)],
      purposes: ['meeting'],
      audience: ['internal'],
      platforms: ['meet.example'],
      ...period,
      further: [
        {
          wearers: [org.employee.id],
          purposes: ['training'],
          audience: ['external'],
          meetings: ['https://other.example/course'],
          notBefore: now,
          notAfter: now + 100,
        },
      ],
    });
    await decideOn(org, org.adminB, id);
    const active = await decideOn(org, org.adminC, id);
    const avatar = { id, sha256: textOf(active.body, 'sha256') };
    const ask = async (request: Readonly<Record<string, unknown>>) => {
      const { answer } = await askPermit(org.authority, device, avatar, { request });
      return answer;
    };
    expect((await ask({ meeting: 'https://eu.meet.example/1' })).status).toBe(201);
    for (const meeting of [undefined, 'https://elsewhere.example/1']) {
      expect((await ask({ meeting })).body).toMatchObject({ reasons: [{ code: 'consent-names-meeting' }] });
    }
    const course = { purpose: 'training', audience: 'external', meeting: 'https://other.example/course' };
    const { body } = await ask(course);
    const expiresAt: unknown = z.object({ expiresAt: z.int() }).parse(body).expiresAt;
    expect(expiresAt).toBe(now + 100);
    expect((await ask({ ...course, audience: 'internal' })).body).toMatchObject({ code: 'permit-denied' });
  });

  it('end a permit’s session when they are amended', async () => {
    const id = await activeExecutiveAvatar(org, org.employee);
    const { body } = await get(org.employee, `/v1/avatars/${id}`);
    const avatar = { id, sha256: textOf(body, 'sha256') };
    const { answer } = await askPermit(org.authority, device, avatar);
    const session = textOf(answer.body, 'session');
    await consentTo(org, org.executive, id, scopeFor(org.authority, org.employee));
    const lease = await device.call('GET', `/v1/sessions/${session}/lease`);
    expect(lease.body).toMatchObject({ state: 'revoked', reason: 'avatar-active' });
  });
});
