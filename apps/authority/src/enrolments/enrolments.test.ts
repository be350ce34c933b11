import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTemplates, createBinariser, sha256HexOf, TEMPLATE_BYTES } from '@guise/identity';
import { deviceTemplate } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  embeddingOf,
  enrol,
  invitePerson,
  multipart,
  openTestOrganisation,
  pairDevice,
  stepUp,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('enrolment on %s', (kind) => {
  let org: TestOrganisation;
  let admin: TestPerson;
  let serial = 0;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    admin = org.adminA;
  });
  afterAll(() => org.authority.close());

  const newcomer = async (): Promise<TestPerson> => {
    admin = await stepUp(org.authority, admin);
    return invitePerson(org.authority, admin, `Newcomer ${String(++serial)}`, ['employee']);
  };
  const open = async (person: TestPerson): Promise<string> => {
    const { api } = org.authority;
    const notice = (await api.get('/v1/notices/enrolment')).body;
    const release = { noticeSha256: textOf(notice, 'sha256'), locale: 'en', release: true };
    return textOf((await api.post('/v1/enrolments', release, { token: person.token })).body, 'id');
  };
  const send = (person: TestPerson, id: string, parts: Record<string, string | Buffer>) =>
    org.authority.api.call('PUT', `/v1/enrolments/${id}/capture`, {
      token: person.token,
      ...multipart(parts),
    });

  it('registers a live face and shows it as the person’s own', async () => {
    const ada = await newcomer();
    const answer = await enrol(org, ada, 'face:ada');
    expect(answer).toMatchObject({ status: 200, body: { framesSeen: 300 } });
    const me = await org.authority.api.get('/v1/me', { token: ada.token });
    expect(me).toMatchObject({
      body: { sourceFace: { id: textOf(answer.body, 'sourceFace'), state: 'active' } },
    });
    const { client } = org.authority.database;
    expect(await client.ledgerEntry.count({ where: { kind: 'enrolment' } })).toBeGreaterThan(0);
  });

  it('stores neither the embedding nor anything of the capture', async () => {
    const person = await newcomer();
    const answer = await enrol(org, person, 'face:private');
    const row = await org.authority.database.client.sourceFace.findUniqueOrThrow({
      where: { id: textOf(answer.body, 'sourceFace') },
    });
    expect([row.searchTemplate.length, row.wearerTemplate.length]).toEqual([TEMPLATE_BYTES, TEMPLATE_BYTES]);
    const plain = Buffer.from(embeddingOf('private').buffer);
    for (const stored of [row.searchTemplate, row.wearerTemplate]) {
      expect(plain.includes(Buffer.from(stored).subarray(0, 8))).toBe(false);
      // The signs of the embedding itself, as bits of one and of the other order, are not what is stored either.
      const zeroSeed = createBinariser(new Uint8Array(32)).protect(embeddingOf('private'));
      expect(Math.abs(compareTemplates(stored, zeroSeed))).toBeLessThan(0.2);
    }
    expect(Math.abs(compareTemplates(row.searchTemplate, row.wearerTemplate))).toBeLessThan(0.2);
    expect(await readdir(join(org.authority.config.dataDir, 'incoming'))).toEqual([]);
  });

  it('refuses a face that someone else owns, also at the same moment', async () => {
    const [first, second] = [await newcomer(), await newcomer()];
    const answers = await Promise.all([enrol(org, first, 'face:twin'), enrol(org, second, 'face:twin')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'source-face-owned-by-other',
    });
  });

  it('replaces a face by the same face only', async () => {
    const person = await newcomer();
    const before = textOf((await enrol(org, person, 'face:same')).body, 'sourceFace');
    const other = await enrol(org, person, 'face:different');
    expect(other).toMatchObject({ status: 422, body: { reasons: [{ code: 'not-the-owner' }] } });
    const again = await enrol(org, person, 'face:same');
    expect(again.status).toBe(200);
    expect(textOf(again.body, 'sourceFace')).not.toBe(before);
    const row = await org.authority.database.client.sourceFace.findUniqueOrThrow({ where: { id: before } });
    expect(row).toMatchObject({ state: 'replaced', activeFor: null });
    expect([row.searchTemplate.length, row.wearerTemplate.length]).toEqual([0, 0]);
  });

  it('tells why a capture is rejected, and lets the person try again', async () => {
    const person = await newcomer();
    const id = await open(person);
    const rejected = await send(person, id, { file: Buffer.from('reject:no-natural-motion') });
    expect(rejected).toMatchObject({
      status: 422,
      body: { code: 'enrolment-rejected', reasons: [{ code: 'no-natural-motion' }] },
    });
    expect((await send(person, id, { file: Buffer.from('face:second try') })).status).toBe(200);
    expect((await send(person, id, { file: Buffer.from('face:second try') })).status).toBe(404);
  });

  it('asks for the release of exactly the notice in force', async () => {
    const { api } = org.authority;
    const token = (await newcomer()).token;
    const notice = (await api.get('/v1/notices/enrolment')).body;
    const release = { noticeSha256: textOf(notice, 'sha256'), locale: 'en', release: true };
    const post = async (json: object) => (await api.post('/v1/enrolments', json, { token })).status;
    expect(textOf(notice, 'sha256')).toBe(sha256HexOf(new TextEncoder().encode(textOf(notice, 'text'))));
    expect(await post({ ...release, noticeSha256: 'a'.repeat(64) })).toBe(422);
    expect(await post({ ...release, locale: 'xx' })).toBe(422);
    expect(await post({ ...release, release: false })).toBe(400);
    expect(await post(release)).toBe(201);
  });

  it('knows no enrolment of another person, and none that ended', async () => {
    const [owner, other] = [await newcomer(), await newcomer()];
    const id = await open(owner);
    const capture = { file: Buffer.from('face:owner') };
    expect((await send(other, id, capture)).status).toBe(404);
    org.authority.clock.advanceSeconds(30 * 60);
    expect((await send(owner, id, capture)).status).toBe(404);
  });

  it.each([
    ['no file', { note: 'hello' }, 400],
    ['another part', { portrait: Buffer.from('face:x') }, 400],
    ['a text for a file', { file: 'face:x' }, 400],
    ['two files', { file: Buffer.from('face:x'), picture: Buffer.from('face:x') }, 413],
  ])('refuses a form with %s', async (_what, parts, status) => {
    const person = await newcomer();
    expect((await send(person, await open(person), parts)).status).toBe(status);
  });

  it('refuses what is no video, no form, or too large, and keeps nothing of it', async () => {
    const person = await newcomer();
    const id = await open(person);
    expect(await send(person, id, { file: Buffer.from('garbage') })).toMatchObject({
      status: 422,
      body: { code: 'capture-unreadable' },
    });
    const json = await org.authority.api.call('PUT', `/v1/enrolments/${id}/capture`, {
      token: person.token,
      json: {},
    });
    expect(json).toMatchObject({ status: 415, body: { code: 'unsupported-media' } });
    const large = await send(person, id, { file: Buffer.alloc(64 * 2 ** 20 + 1) });
    expect(large).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
    expect(await readdir(join(org.authority.config.dataDir, 'incoming'))).toEqual([]);
  });

  it('gives a device its person’s own template and nothing else', async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const faceOf = async (person: TestPerson, name: string) =>
      textOf((await enrol(org, person, `face:${name}`)).body, 'sourceFace');
    const own = await faceOf(ada, 'wearer');
    const foreign = await faceOf(bob, 'other wearer');
    const laptop = await pairDevice(org.authority, ada, 'laptop');
    const answer = await laptop.call('GET', `/v1/source-faces/${own}/template`);
    const { template, seed, sha256 } = deviceTemplate.parse(answer.body);
    const bytes = Buffer.from(template, 'base64url');
    expect(sha256).toBe(sha256HexOf(bytes));
    const binariser = createBinariser(Buffer.from(seed, 'base64url'));
    expect(compareTemplates(binariser.protect(embeddingOf('wearer')), bytes)).toBe(1);
    expect(compareTemplates(binariser.protect(embeddingOf('other wearer')), bytes)).toBeLessThan(0.4);
    expect((await laptop.call('GET', `/v1/source-faces/${foreign}/template`)).status).toBe(404);
    const byPerson = await org.authority.api.get(`/v1/source-faces/${own}/template`, { token: ada.token });
    expect(byPerson.status).toBe(401);
  });
});
