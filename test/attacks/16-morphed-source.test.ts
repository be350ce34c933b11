/**
 * THREATS 16: a portrait (morphed, generated, of someone else) is registered as a source face. Defence: source faces come
 * from live captures only; no route takes a portrait. A portrait is worn as an avatar only: each of its pictures is judged.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import {
  draftAvatar,
  enrol,
  multipart,
  openTestOrganisation,
  pairDevice,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

describe('a morphed source', () => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
  });
  afterAll(() => org.authority.close());

  const portrait = () =>
    sharp({ create: { width: 320, height: 240, channels: 3, background: '#a08070' } })
      .png()
      .toBuffer();
  const registered = () => org.authority.database.client.sourceFace.count();

  it('is taken by no route that takes files', async () => {
    const uploads = Object.entries(org.authority.openApi.paths).flatMap(([path, item]) =>
      ['post', 'put']
        .filter((method) => JSON.stringify(Reflect.get(item, method) ?? {}).includes('multipart/form-data'))
        .map((method) => `${method} ${path}`),
    );
    const before = await registered();
    const picture = await portrait();
    org.judge.show(new Uint8Array(picture), 'morph');
    const meta = JSON.stringify({
      name: 'x',
      kind: 'own-face',
      likeness: 'person',
      subject: org.employee.id,
    });
    for (const upload of uploads) {
      const [method, path = ''] = upload.split(' ');
      const url = path.replace(/\{\w+\}/, 'enr_aaaaaaaaaaaaaaaaaaaaaaaaaa');
      for (const parts of [
        { file: picture },
        { meta, bundle: picture },
        { picture },
        { portrait: picture },
      ]) {
        await org.authority.api.call(method === 'put' ? 'PUT' : 'POST', url, {
          token: org.employee.token,
          ...multipart(parts),
        });
      }
    }
    expect(uploads).toContain('put /v1/enrolments/{id}/capture');
    expect(await registered()).toBe(before);
  });

  it('is refused where a capture is expected', async () => {
    const notice = (await org.authority.api.get('/v1/notices/enrolment')).body;
    const release = { noticeSha256: textOf(notice, 'sha256'), locale: 'en', release: true };
    const token = org.employee.token;
    const id = textOf((await org.authority.api.post('/v1/enrolments', release, { token })).body, 'id');
    const answer = await org.authority.api.call('PUT', `/v1/enrolments/${id}/capture`, {
      token,
      ...multipart({ file: await portrait() }),
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'capture-unreadable' } });
    expect(await registered()).toBe(0);
  });

  it('does not become one by way of an avatar: the picture of an avatar is compared, never registered', async () => {
    await enrol(org, org.executive, 'face:executive');
    const before = await registered();
    const draft = { kind: 'executive', likeness: 'person', face: 'executive' } as const;
    expect((await draftAvatar(org, org.adminA, org.executive, draft)).status).toBe(201);
    const morph = await draftAvatar(org, org.adminA, org.executive, { ...draft, face: 'morph' });
    expect(morph).toMatchObject({ status: 422, body: { code: 'bundle-face-mismatch' } });
    expect(await registered()).toBe(before);
  });

  it('does not hide in a view of an avatar whose picture is right', async () => {
    const { client } = org.authority.database;
    await enrol(org, org.employee, 'face:employee');
    const likeness = { kind: 'own-face', likeness: 'person', face: 'employee' } as const;
    const artwork = { kind: 'executive', likeness: 'artwork', face: 'mona lisa' } as const;
    const mine = (viewFace: string | null) =>
      draftAvatar(org, org.employee, org.employee, { ...likeness, viewFace });
    const painting = (viewFace: string | null) =>
      draftAvatar(org, org.adminA, org.executive, { ...artwork, viewFace });
    const before = await client.avatar.count();
    for (const answer of [await mine('morph'), await mine('executive'), await painting('employee')]) {
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'bundle-face-mismatch', reasons: [{ code: 'views-show-picture' }] },
      });
    }
    const hidden = await mine(null);
    expect(hidden).toMatchObject({ status: 422, body: { code: 'bundle-invalid' } });
    expect(textOf(hidden.body, 'detail')).toContain('mouth-open view must show exactly one face');
    // Artwork without a face takes no view: nothing could be compared.
    const faceless = await draftAvatar(org, org.adminA, org.executive, {
      ...artwork,
      face: null,
      viewFace: 'employee',
    });
    expect(faceless).toMatchObject({ status: 422, body: { code: 'bundle-invalid' } });
    expect(await client.avatar.count()).toBe(before);
    expect(await mine('employee')).toMatchObject({ status: 201 });
    expect(await painting('mona lisa')).toMatchObject({ status: 201 });
  });

  it('does not hide beside the face that is judged: the mesh must be on it', async () => {
    const own = { kind: 'own-face', likeness: 'person', face: 'employee' } as const;
    const draft = (faceAt: { x: number; y: number; width: number; height: number }) =>
      draftAvatar(org, org.employee, org.employee, { ...own, faceAt });
    const beside = await draft({ x: 0, y: 0, width: 20, height: 20 });
    expect(beside).toMatchObject({ status: 422, body: { code: 'bundle-invalid' } });
    expect(textOf(beside.body, 'detail')).toContain('mesh of the picture is not on its face');
    expect(await draft({ x: 15, y: 15, width: 33, height: 32 })).toMatchObject({ status: 201 });
  });

  it('cannot be sent by a device', async () => {
    const device = await pairDevice(org.authority, org.employee);
    const before = await registered();
    const sources = org.authority.routes.filter(
      ({ path, method }) => path.includes('source-faces') && !['GET', 'HEAD'].includes(method),
    );
    // The one thing that can be done to a source face from outside is to erase it.
    expect(sources.map(({ path }) => path)).toEqual(['/v1/source-faces/:id/erase']);
    expect((await device.call('POST', '/v1/source-faces', { template: 'x' })).status).toBe(404);
    expect(await registered()).toBe(before);
  });
});
