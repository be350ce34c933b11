import { createHash } from 'node:crypto';
import { statementOffer } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExpiryService } from './expiry.service.js';
import {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  openTestOrganisation,
  scopeFor,
  signIn,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

const ARTWORK = { kind: 'executive', likeness: 'artwork', face: null } as const;

describe.each(await testDatabases())('avatars on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
    await enrol(org, org.executive, 'face:executive');
  });
  afterAll(() => org.authority.close());

  const draftArtwork = async (): Promise<string> =>
    textOf((await draftAvatar(org, org.adminA, org.executive, ARTWORK)).body, 'id');
  const stateOf = async (avatar: string): Promise<string> =>
    textOf((await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token })).body, 'state');
  const entriesOf = async (kind: string): Promise<number> =>
    org.authority.database.client.ledgerEntry.count({ where: { kind } });

  it('takes an executive avatar through consent and two approvals to active', async () => {
    const avatar = await draftArtwork();
    expect(await stateOf(avatar)).toBe('awaiting-consent');
    const consent = await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    expect(consent).toMatchObject({ status: 201, body: { state: 'given', withdrawnAt: null, avatar } });
    expect(await stateOf(avatar)).toBe('awaiting-approval');
    expect(await decideOn(org, org.adminB, avatar)).toMatchObject({
      status: 201,
      body: { state: 'awaiting-approval', approvalsNeeded: 2 },
    });
    const last = await decideOn(org, org.adminC, avatar);
    expect(last).toMatchObject({
      status: 201,
      body: { state: 'active', consent: textOf(consent.body, 'id') },
    });
  });

  it('takes an own face with one approval', async () => {
    const draft = await draftAvatar(org, org.employee, org.employee, {
      kind: 'own-face',
      likeness: 'person',
      face: 'employee',
    });
    expect(draft).toMatchObject({ status: 201, body: { approvalsNeeded: 1 } });
    const avatar = textOf(draft.body, 'id');
    const wide = scopeFor(org.authority, org.employee, org.executive);
    expect(await consentTo(org, org.employee, avatar, wide)).toMatchObject({
      status: 400,
      body: { reasons: [{ code: 'own-face-worn-by-owner' }] },
    });
    await consentTo(org, org.employee, avatar, scopeFor(org.authority, org.employee));
    expect(await decideOn(org, org.adminA, avatar)).toMatchObject({ body: { state: 'active' } });
  });

  it('requires a likeness to be the subject’s enrolled face', async () => {
    const { adminA, executive, adminB } = org;
    const likeness = (subject: TestPerson, face: string | null) =>
      draftAvatar(org, adminA, subject, { kind: 'executive', likeness: 'person', face });
    expect(await likeness(executive, 'executive')).toMatchObject({ status: 201 });
    expect(await likeness(executive, 'stranger')).toMatchObject({
      status: 422,
      body: { code: 'bundle-face-mismatch' },
    });
    expect(await likeness(executive, null)).toMatchObject({ status: 422, body: { code: 'bundle-invalid' } });
    expect(await likeness(adminB, 'adminB')).toMatchObject({
      status: 409,
      body: { code: 'source-face-missing' },
    });
  });

  it('takes an avatar with an open mouth where both pictures show the subject', async () => {
    const draft = (face: string, viewFace: string) =>
      draftAvatar(org, org.adminA, org.executive, { kind: 'executive', likeness: 'person', face, viewFace });
    expect(await draft('executive', 'executive')).toMatchObject({ status: 201 });
    expect(await draft('executive', 'employee')).toMatchObject({
      status: 422,
      body: { code: 'bundle-face-mismatch', reasons: [{ code: 'views-show-picture' }] },
    });
    expect(await draft('employee', 'employee')).toMatchObject({
      status: 422,
      body: { code: 'bundle-face-mismatch', reasons: [{ code: 'likeness-matches-subject' }] },
    });
  });

  it('refuses artwork that shows a registered person', async () => {
    const draft = await draftAvatar(org, org.adminA, org.adminB, { ...ARTWORK, face: 'employee' });
    const both = { ...ARTWORK, face: 'employee', viewFace: 'employee' };
    expect(await draftAvatar(org, org.adminA, org.adminB, both)).toMatchObject({
      status: 422,
      body: { code: 'bundle-face-owned-by-other' },
    });
    expect(draft).toMatchObject({ status: 422, body: { code: 'bundle-face-owned-by-other' } });
  });

  it('lets only admins draft executives, and everybody only their own face', async () => {
    expect(await draftAvatar(org, org.employee, org.executive, ARTWORK)).toMatchObject({ status: 403 });
    const foreign = await draftAvatar(org, org.employee, org.executive, {
      kind: 'own-face',
      likeness: 'person',
      face: 'executive',
    });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'not-the-subject' } });
  });

  it('lets nobody else consent', async () => {
    const avatar = await draftArtwork();
    const scope = scopeFor(org.authority, org.employee);
    expect(await consentTo(org, org.adminA, avatar, scope)).toMatchObject({
      status: 403,
      body: { code: 'not-the-subject' },
    });
    // For an employee who is not concerned, the avatar does not exist.
    expect(await consentTo(org, org.employee, avatar, scope)).toMatchObject({ status: 404 });
  });

  it('refuses scopes that are over, too long or name strangers', async () => {
    const avatar = await draftArtwork();
    const scope = scopeFor(org.authority, org.employee);
    const refused = async (change: object) =>
      (await consentTo(org, org.executive, avatar, { ...scope, ...change })).status;
    expect(await refused({ notAfter: scope.notBefore })).toBe(400);
    expect(await refused({ notAfter: scope.notBefore + 367 * 24 * 3600 })).toBe(400);
    expect(await refused({ notBefore: scope.notBefore - 100, notAfter: scope.notBefore - 1 })).toBe(400);
    expect(await refused({ wearers: ['per_aaaaaaaaaaaaaaaaaaaaaaaaaa'] })).toBe(400);
    expect(await refused({ wearers: [] })).toBe(400);
  });

  it('lets neither maker nor subject check, and no admin twice', async () => {
    const avatar = await draftArtwork();
    expect(await decideOn(org, org.adminB, avatar)).toMatchObject({
      status: 409,
      body: { code: 'avatar-state' },
    });
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    expect(await decideOn(org, org.adminA, avatar)).toMatchObject({
      status: 403,
      body: { code: 'maker-is-checker' },
    });
    await decideOn(org, org.adminB, avatar);
    expect(await decideOn(org, org.adminB, avatar)).toMatchObject({
      status: 409,
      body: { code: 'already-decided' },
    });
    expect((await decideOn(org, org.auditor, avatar)).status).toBe(403);
    expect(await stateOf(avatar)).toBe('awaiting-approval');
  });

  it('activates once when the last two approvals come at the same moment', async () => {
    const avatar = await draftArtwork();
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    const activations = await entriesOf('avatar-state');
    const answers = await Promise.all([decideOn(org, org.adminB, avatar), decideOn(org, org.adminC, avatar)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await stateOf(avatar)).toBe('active');
    expect(await entriesOf('avatar-state')).toBe(activations + 1);
  });

  it('ends a version that an admin rejects', async () => {
    const avatar = await draftArtwork();
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    expect(await decideOn(org, org.adminB, avatar, 'reject')).toMatchObject({ body: { state: 'suspended' } });
    expect((await decideOn(org, org.adminC, avatar)).status).toBe(409);
  });

  it('withdraws with one call, at once, and only for the subject', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const { body } = await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token });
    const url = `/v1/consents/${textOf(body, 'consent')}/withdraw`;
    expect((await org.authority.api.post(url, {}, { token: org.adminA.token })).status).toBe(404);
    const withdrawn = await entriesOf('consent-withdrawn');
    const answer = await org.authority.api.post(url, {}, { token: org.executive.token });
    expect(answer).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
    expect(await stateOf(avatar)).toBe('withdrawn');
    const again = await org.authority.api.post(url, {}, { token: org.executive.token });
    expect(again).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
    expect(await entriesOf('consent-withdrawn')).toBe(withdrawn + 1);
  });

  it('lets the subject refuse an avatar that waits for consent', async () => {
    const avatar = await draftArtwork();
    const url = `/v1/avatars/${avatar}/withdraw`;
    expect((await org.authority.api.post(url, {}, { token: org.adminB.token })).status).toBe(403);
    expect(await org.authority.api.post(url, {}, { token: org.executive.token })).toMatchObject({
      status: 200,
      body: { state: 'withdrawn' },
    });
  });

  it('lets any admin suspend at once', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const url = `/v1/avatars/${avatar}/suspend`;
    expect((await org.authority.api.post(url, {}, { token: org.employee.token })).status).toBe(403);
    expect(await org.authority.api.post(url, {}, { token: org.adminA.token })).toMatchObject({
      body: { state: 'suspended' },
    });
  });

  it('shows an avatar to whom it concerns and to nobody else', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const stranger = await draftArtwork();
    const read = async (person: TestPerson, id: string) =>
      (await org.authority.api.get(`/v1/avatars/${id}`, { token: person.token })).status;
    expect(await read(org.employee, avatar)).toBe(200);
    expect(await read(org.auditor, avatar)).toBe(200);
    expect(await read(org.employee, stranger)).toBe(404);
    const list = await org.authority.api.get('/v1/avatars', { token: org.employee.token });
    expect(JSON.stringify(list.body)).toContain(avatar);
    expect(JSON.stringify(list.body)).not.toContain(stranger);
  });

  it('takes a statement only as it was offered, once, from the person it was offered to', async () => {
    const avatar = await draftArtwork();
    const { api } = org.authority;
    const scope = scopeFor(org.authority, org.employee);
    const offer = await api.post(`/v1/avatars/${avatar}/consent-offer`, scope, {
      token: org.executive.token,
    });
    const signed = org.executive.sign(offer.body);
    const send = (person: TestPerson, json: object) =>
      api.post(`/v1/avatars/${avatar}/consents`, json, { token: person.token });
    const longer = signed.statement.replace(String(scope.notAfter), String(scope.notAfter + 1));
    expect(await send(org.executive, { ...signed, statement: longer })).toMatchObject({
      status: 422,
      body: { code: 'statement-mismatch' },
    });
    expect(await send(org.adminB, signed)).toMatchObject({
      status: 422,
      body: { code: 'statement-mismatch' },
    });
    expect((await send(org.executive, signed)).status).toBe(201);
    expect(await send(org.executive, signed)).toMatchObject({
      status: 422,
      body: { code: 'statement-mismatch' },
    });
  });

  it('refuses an offer that expired and a signature by another passkey', async () => {
    const avatar = await draftArtwork();
    const { api, clock } = org.authority;
    const scope = scopeFor(org.authority, org.employee);
    const url = `/v1/avatars/${avatar}`;
    const offer = () => api.post(`${url}/consent-offer`, scope, { token: org.executive.token });
    const expired = org.executive.sign((await offer()).body);
    clock.advanceSeconds(601);
    expect(await api.post(`${url}/consents`, expired, { token: org.executive.token })).toMatchObject({
      status: 422,
      body: { code: 'statement-expired' },
    });
    const forAnyone = statementOffer.parse((await offer()).body);
    forAnyone.options = { challenge: forAnyone.options.challenge };
    const byOther = await api.post(`${url}/consents`, org.adminB.sign(forAnyone), {
      token: org.executive.token,
    });
    expect(byOther).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('tells what the face wears, in the draft, the list and afterwards, until it is erased', async () => {
    const draft = await draftAvatar(
      org,
      org.employee,
      org.employee,
      { kind: 'own-face', likeness: 'person', face: 'employee', attributes: ['glasses', 'beard'] },
      { keepDraft: true },
    );
    expect(draft).toMatchObject({ status: 201, body: { attributes: ['glasses', 'beard'] } });
    const bare = await draftArtwork();
    const attributesOf = async (id: string) =>
      (await org.authority.api.get(`/v1/avatars/${id}`, { token: org.adminA.token })).body;
    expect(await attributesOf(textOf(draft.body, 'id'))).toMatchObject({ attributes: ['glasses', 'beard'] });
    expect(await attributesOf(bare)).toMatchObject({ attributes: [] });
    const erased = await org.authority.api.post(
      `/v1/avatars/${textOf(draft.body, 'id')}/erase`,
      {},
      { token: org.employee.token },
    );
    expect(erased).toMatchObject({ status: 200, body: { state: 'erased', attributes: [] } });
    expect(await attributesOf(textOf(draft.body, 'id'))).toMatchObject({ attributes: [] });
  });

  it('gives the bundle back as it came', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const answer = await org.authority.app.inject({
      method: 'GET',
      url: `/v1/avatars/${avatar}/bundle`,
      headers: { authorization: `Bearer ${org.employee.token}` },
    });
    const { body } = await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.employee.token });
    expect(createHash('sha256').update(answer.rawPayload).digest('hex')).toBe(textOf(body, 'sha256'));
  });

  it('expires with its consent', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const waiting = await draftArtwork();
    await consentTo(org, org.executive, waiting, scopeFor(org.authority, org.employee));
    const sweep = () => org.authority.app.get(ExpiryService, { strict: false }).sweep();
    await sweep();
    expect(await stateOf(avatar)).toBe('active');
    org.authority.clock.advanceSeconds(30 * 24 * 3600);
    await sweep();
    const admin = textOf((await signIn(org.authority.api, org.adminA.authenticator)).body, 'token');
    for (const id of [avatar, waiting]) {
      const { body } = await org.authority.api.get(`/v1/avatars/${id}`, { token: admin });
      expect(body).toMatchObject({ state: 'expired' });
    }
  });
});
