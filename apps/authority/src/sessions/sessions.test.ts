import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePayload } from '@guise/ledger';
import { signEvidenceSegment } from '@guise/permit';
import { setAvatarState } from '@guise/persistence';
import { avatarResponse, evidenceResponse, evidenceSegment, leaseResponse } from '@guise/protocol';
import {
  activeExecutiveAvatar,
  deviceSigner,
  enrol,
  openTestOrganisation,
  openTestSession,
  pairDevice,
  testDatabases,
  testEpoch,
  type TestDevice,
  type TestOrganisation,
  type TestSession,
} from '../testing/index.js';

describe.each(await testDatabases())('sessions on %s', (kind) => {
  let organisation: TestOrganisation;
  let device: TestDevice;
  let avatar: { id: string; sha256: string; consent: string | null };
  let session: TestSession;
  let opened = 0;

  beforeAll(async () => {
    organisation = await openTestOrganisation(kind);
    const { authority, employee } = organisation;
    await enrol(organisation, employee, 'face:employee');
    device = await pairDevice(authority, employee);
    avatar = await approvedAvatar();
  });
  afterAll(() => organisation.authority.close());
  beforeEach(async () => {
    session = await openTestSession(organisation.authority, device, avatar, { seed: String((opened += 1)) });
  });

  async function approvedAvatar() {
    const { authority, employee } = organisation;
    const id = await activeExecutiveAvatar(organisation, employee);
    return avatarResponse.parse(
      (await authority.api.get(`/v1/avatars/${id}`, { token: employee.token })).body,
    );
  }
  const now = () => organisation.authority.clock.nowSeconds();
  const leaf = async (kindOf: string) => {
    const { client } = organisation.authority.database;
    const rows = await client.ledgerEntry.findMany({
      where: { topic: session.id, kind: kindOf },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ payload }) => parsePayload(payload ?? new Uint8Array()));
  };

  describe('the lease', () => {
    it('says live, for how long, and the time', async () => {
      const answer = await session.lease();
      expect(leaseResponse.parse(answer.body)).toEqual({
        state: 'live',
        leaseSeconds: 15,
        serverTime: now(),
      });
    });

    it('is nobody else’s', async () => {
      const other = await pairDevice(organisation.authority, organisation.employee, `other ${session.id}`);
      expect((await other.call('GET', `/v1/sessions/${session.id}/lease`)).status).toBe(404);
      expect((await device.call('GET', `/v1/sessions/ses_${'a'.repeat(26)}/lease`)).status).toBe(404);
      expect((await device.call('GET', '/v1/sessions/nonsense/lease')).status).toBe(400);
    });

    it('says revoked as soon as the subject withdraws, for good, with one ledger entry', async () => {
      const { authority, executive } = organisation;
      const worn = await approvedAvatar();
      session = await openTestSession(authority, device, worn);
      expect((await session.lease()).body).toMatchObject({ state: 'live' });
      const url = `/v1/consents/${worn.consent ?? ''}/withdraw`;
      expect((await authority.api.post(url, {}, { token: executive.token })).status).toBeLessThan(300);
      expect((await session.lease()).body).toMatchObject({ state: 'revoked' });
      expect((await session.lease()).body).toMatchObject({ state: 'revoked' });
      expect(await leaf('session-closed')).toMatchObject([{ reason: 'revoked' }]);
      const wish = { avatar: worn.id, purpose: 'meeting', audience: 'internal', session: session.id };
      expect(await device.call('POST', '/v1/permits', wish)).toMatchObject({
        body: { code: 'session-closed' },
      });
    });

    it('ends at a renewal as well: the end is kept though the answer is a refusal', async () => {
      const { authority } = organisation;
      const worn = await approvedAvatar();
      session = await openTestSession(authority, device, worn);
      // Changed by a replica that died before it ended the sessions.
      await authority.database.transaction((tx) =>
        setAvatarState(tx, { id: worn.id, state: 'withdrawn', suspensions: 0 }, authority.clock.now()),
      );
      const wish = { avatar: worn.id, purpose: 'meeting', audience: 'internal', session: session.id };
      expect(await device.call('POST', '/v1/permits', wish)).toMatchObject({
        body: { code: 'permit-denied' },
      });
      expect(await leaf('session-closed')).toMatchObject([{ reason: 'revoked' }]);
    });

    it('ends when the device is revoked', async () => {
      const { authority, employee } = organisation;
      const lost = await pairDevice(authority, employee, `lost ${session.id}`);
      const theirs = await openTestSession(authority, lost, avatar);
      await authority.api.post(`/v1/devices/${lost.id}/revoke`, {}, { token: employee.token });
      expect(await theirs.lease()).toMatchObject({ body: { code: 'device-revoked' } });
    });
  });

  describe('evidence', () => {
    it('is logged and answered with its place, in a checkpoint that covers it', async () => {
      organisation.authority.clock.advanceSeconds(5);
      const jws = await session.segment([0, 1, 2, 3, 4]);
      const first = await session.submit(jws);
      expect(first.status).toBe(201);
      const { leafIndex, checkpointSize } = evidenceResponse.parse(first.body);
      expect(leafIndex).toBeLessThan(checkpointSize);
      expect(await leaf('evidence')).toMatchObject([{ segment: jws }]);
      organisation.authority.clock.advanceSeconds(5);
      expect((await session.submit(await session.segment([5, 6, 7]))).status).toBe(201);
    });

    it('sent again gets the same answer and no second entry', async () => {
      const jws = await session.segment([0]);
      const first = await session.submit(jws);
      const again = await device.call('POST', `/v1/sessions/${session.id}/evidence`, { segment: jws });
      expect(evidenceResponse.parse(again.body).leafIndex).toBe(evidenceResponse.parse(first.body).leafIndex);
      expect(await leaf('evidence')).toHaveLength(1);
    });

    it('sent twice at once is stored once', async () => {
      const jws = await session.segment([0]);
      const url = `/v1/sessions/${session.id}/evidence`;
      const answers = await Promise.all([1, 2, 3].map(() => device.call('POST', url, { segment: jws })));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(await leaf('evidence')).toHaveLength(1);
    });

    it('is refused out of order, with a gap, or with another past', async () => {
      for (const changes of [{ sequence: 1 }, { previous: 'ab'.repeat(32) }]) {
        expect(await session.submit(await session.segment([0], changes))).toMatchObject({
          status: 409,
          body: { code: 'evidence-out-of-order' },
        });
      }
      await session.submit(await session.segment([0]));
      const rewritten = await session.segment([1], { sequence: 0, previous: null });
      expect(await session.submit(rewritten)).toMatchObject({ body: { code: 'evidence-out-of-order' } });
    });

    it('is refused when it contradicts what the authority knows', async () => {
      const openedAt = now();
      const bad = async (changes: Parameters<typeof testEpoch>[2], epoch = 3) =>
        session.submit(await session.segment([], { epochs: [testEpoch(epoch, openedAt, changes)] }));
      for (const answer of [
        await bad({ renderedAt: openedAt - 11 }),
        await bad({ renderedAt: now() + 11 }),
        await bad({ renderedAt: openedAt, slateFrames: 31 }),
        await bad({ renderedAt: openedAt, fingerprints: [] }),
        await bad({ renderedAt: openedAt, slateFrames: 30 }),
        await bad({ renderedAt: openedAt }, 100),
        await session.submit(await session.segment([2, 1])),
        await session.submit(await session.segment([1, 1])),
        await session.submit(await session.segment([0], { permit: `pmt_${'a'.repeat(26)}` })),
      ]) {
        expect(answer).toMatchObject({ status: 422, body: { code: 'evidence-invalid' } });
      }
      expect(await leaf('evidence')).toHaveLength(0);
    });

    it('is refused from another key, for another session, and after the close', async () => {
      const stranger = await deviceSigner('stranger');
      const payload = (await session.segment([0])).split('.')[1] ?? '';
      const segment = evidenceSegment.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      const forged = await signEvidenceSegment(segment, stranger);
      expect(await session.submit(forged)).toMatchObject({ body: { code: 'evidence-invalid' } });
      const other = await openTestSession(organisation.authority, device, avatar, { seed: 'other' });
      expect(await other.submit(await session.segment([0]))).toMatchObject({
        body: { code: 'evidence-invalid' },
      });
      await device.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' });
      expect(await session.submit(await session.segment([0]))).toMatchObject({
        body: { code: 'session-closed' },
      });
    });

    it('may still come in after a revocation, for what was rendered before', async () => {
      const { authority, executive } = organisation;
      const worn = await approvedAvatar();
      session = await openTestSession(authority, device, worn);
      const late = await session.segment([0]);
      await authority.api.post(`/v1/consents/${worn.consent ?? ''}/withdraw`, {}, { token: executive.token });
      await session.lease();
      authority.clock.advanceSeconds(60);
      expect((await session.submit(late)).status).toBe(201);
      const after = await session.segment([], { epochs: [testEpoch(1, now())] });
      expect(await session.submit(after)).toMatchObject({ body: { code: 'evidence-invalid' } });
      authority.clock.advanceSeconds(1);
      expect(await session.submit(await session.segment([1]))).toMatchObject({
        body: { code: 'session-closed' },
      });
    });

    it('is taken from a revoked session for what was on its way only: four segments', async () => {
      const { authority, executive } = organisation;
      const worn = await approvedAvatar();
      session = await openTestSession(authority, device, worn);
      authority.clock.advanceSeconds(10);
      await authority.api.post(`/v1/consents/${worn.consent ?? ''}/withdraw`, {}, { token: executive.token });
      await session.lease();
      authority.clock.advanceSeconds(1);
      for (const epoch of [0, 1, 2, 3]) {
        expect((await session.submit(await session.segment([epoch]))).status).toBe(201);
      }
      expect(await session.submit(await session.segment([4]))).toMatchObject({
        body: { code: 'session-closed' },
      });
    });

    it('is refused when it comes late: the newest second within 60 s, the oldest within 120 s', async () => {
      const openedAt = now();
      const { clock } = organisation.authority;
      const sent = async (ages: readonly number[]) => {
        const epochs = ages.map((age, epoch) => testEpoch(epoch, 0, { renderedAt: now() - age }));
        return session.submit(await session.segment([], { epochs }));
      };
      clock.advanceSeconds(200);
      expect(now() - openedAt).toBe(200);
      for (const ages of [[61], [121, 60], [90, 61]]) {
        expect(await sent(ages)).toMatchObject({ status: 422, body: { code: 'evidence-invalid' } });
      }
      expect((await sent([120, 90, 60])).status).toBe(201);
    });

    it('is refused when its time runs back, within a segment or from one to the next', async () => {
      organisation.authority.clock.advanceSeconds(50);
      const at = (epoch: number, age: number) => testEpoch(epoch, 0, { renderedAt: now() - age });
      const sent = async (...epochs: ReturnType<typeof at>[]) =>
        session.submit(await session.segment([], { epochs }));
      const refused = { status: 422, body: { code: 'evidence-invalid' } };
      expect(await sent(at(0, 20), at(1, 31))).toMatchObject(refused);
      expect((await sent(at(0, 20), at(1, 21))).status).toBe(201);
      expect(await sent(at(2, 31))).toMatchObject(refused);
      expect((await sent(at(2, 30))).status).toBe(201);
      expect(await sent(at(3, 31))).toMatchObject(refused);
    });
  });

  describe('epoch keys', () => {
    it('are taken once their evidence is in a checkpoint, in any order, and again', async () => {
      organisation.authority.clock.advanceSeconds(5);
      await session.submit(await session.segment([0, 1, 2, 3, 4]));
      expect((await session.disclose(2)).status).toBe(204);
      expect((await session.disclose(2)).status).toBe(204);
      expect((await session.disclose(1)).status).toBe(204);
      expect((await session.disclose(4)).status).toBe(204);
      expect((await leaf('key-disclosure')).map((entry) => ('epoch' in entry ? entry.epoch : null))).toEqual([
        2, 4,
      ]);
    });

    it('are refused when they are not of the chain', async () => {
      organisation.authority.clock.advanceSeconds(5);
      await session.submit(await session.segment([0, 1, 2, 3]));
      const wrong = new Uint8Array(createHash('sha256').update('wrong').digest());
      expect(await session.disclose(1, wrong)).toMatchObject({ body: { code: 'key-invalid' } });
      expect(await session.disclose(1, session.chain.keyOf(2))).toMatchObject({
        body: { code: 'key-invalid' },
      });
      expect((await session.disclose(1)).status).toBe(204);
      expect(await session.disclose(3, wrong)).toMatchObject({ body: { code: 'key-invalid' } });
      expect(await session.disclose(0, wrong)).toMatchObject({ body: { code: 'key-invalid' } });
    });
  });

  it('closes once', async () => {
    const close = () => device.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' });
    expect([(await close()).status, (await close()).status]).toEqual([204, 204]);
    expect((await session.lease()).body).toMatchObject({ state: 'closed' });
    expect(await leaf('session-closed')).toMatchObject([{ reason: 'finished' }]);
  });
});
