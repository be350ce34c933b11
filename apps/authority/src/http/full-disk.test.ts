import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problem } from '@guise/protocol';
import {
  enrol,
  FillingDisk,
  makeBundle,
  multipart,
  openTestOrganisation,
  testDatabases,
  type ApiAnswer,
  type TestOrganisation,
} from '../testing/index.js';

describe.each(await testDatabases())('a full disk on %s', (kind) => {
  const disk = new FillingDisk();
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind, { files: disk });
  });
  afterAll(() => org.authority.close());
  beforeEach(() => {
    disk.free = Number.POSITIVE_INFINITY;
  });

  const options = { kind: 'executive', likeness: 'artwork', face: null } as const;
  const draft = (bundle: Buffer): Promise<ApiAnswer> => {
    const { kind: avatarKind, likeness } = options;
    const meta = { name: 'Avatar', kind: avatarKind, likeness, subject: org.executive.id };
    const form = multipart({ meta: JSON.stringify(meta), bundle });
    return org.authority.api.call('POST', '/v1/avatars', { token: org.adminA.token, ...form });
  };
  const filesIn = (folder: string): Promise<string[]> =>
    readdir(join(org.authority.config.dataDir, folder)).catch(() => []);
  const expectRefused = (answer: ApiAnswer): void => {
    expect(problem.parse(answer.body)).toMatchObject({ code: 'storage-full', status: 507 });
    expect(JSON.stringify(answer.body)).not.toContain('ENOSPC');
  };

  it('refuses an upload it cannot hold and leaves nothing of it', async () => {
    disk.free = 100;
    expectRefused(await draft(await makeBundle(org.judge, options)));
    expect(disk.free).toBe(0);
    disk.free = 1;
    expectRefused(await enrol(org, org.employee, 'face'));
    expect(await filesIn('incoming')).toEqual([]);
    expect(await filesIn('bundles')).toEqual([]);
  });

  it('refuses a bundle it cannot keep, leaves no file and no avatar, and takes it once there is room', async () => {
    const bundle = await makeBundle(org.judge, options);
    for (const room of [0, 1, bundle.length - 1]) {
      disk.free = bundle.length + room;
      expectRefused(await draft(bundle));
      expect(disk.free).toBe(0);
      expect(await filesIn('bundles')).toEqual([]);
      expect(await filesIn('incoming')).toEqual([]);
      expect(await org.authority.database.client.avatar.count()).toBe(0);
      expect(await org.authority.database.client.ledgerEntry.count({ where: { kind: 'avatar-state' } })).toBe(
        0,
      );
    }
    disk.free = 2 * bundle.length;
    expect(await draft(bundle)).toMatchObject({ status: 201 });
    expect(await filesIn('bundles')).toHaveLength(1);
    expect(await filesIn('incoming')).toEqual([]);
  });
});
