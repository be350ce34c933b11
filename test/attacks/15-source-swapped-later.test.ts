/** THREATS 15: an avatar's bundle is exchanged after approval. Defence: the version is the SHA-256 of the bundle. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  draftAvatar,
  multipart,
  openTestOrganisation,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

describe('a source swapped later', () => {
  let org: TestOrganisation;
  let avatar: string;
  let sha256: string;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
    avatar = await activeExecutiveAvatar(org, org.employee);
    const { body } = await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token });
    sha256 = textOf(body, 'sha256');
  });
  afterAll(() => org.authority.close());

  const bundleFile = () => join(org.authority.config.dataDir, 'bundles', `${sha256}.guise`);
  const download = () => org.authority.api.get(`/v1/avatars/${avatar}/bundle`, { token: org.employee.token });

  it('is not served once a single bit of the stored file is flipped', async () => {
    const original = await readFile(bundleFile());
    expect((await download()).status).toBe(200);
    for (const at of [0, original.length >> 1, original.length - 1]) {
      const flipped = Buffer.from(original);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      await writeFile(bundleFile(), flipped);
      expect((await download()).status).toBe(500);
    }
    await writeFile(bundleFile(), original);
    expect((await download()).status).toBe(200);
  });

  it('cannot be named under the old version in the database', async () => {
    const other = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const { client } = org.authority.database;
    await expect(
      client.avatar.update({ where: { id: avatar }, data: { sha256: textOf(other.body, 'sha256') } }),
    ).rejects.toThrow();
  });

  it('does not inherit approvals: the same picture drafted again waits for every signature', async () => {
    const meta = { name: 'Avatar', kind: 'executive', likeness: 'artwork', subject: org.executive.id };
    const again = await org.authority.api.call('POST', '/v1/avatars', {
      token: org.adminA.token,
      ...multipart({ meta: JSON.stringify(meta), bundle: await readFile(bundleFile()) }),
    });
    expect(again).toMatchObject({ status: 201, body: { sha256, state: 'awaiting-consent', approvals: [] } });
  });
});
