import { createHash } from 'node:crypto';
import { sha256HexOf } from '@guise/identity';
import {
  eraseSourceFace,
  insertEnrolment,
  lockSourceFaces,
  replaceSourceFace,
  type Transaction,
} from '@guise/persistence';
import { EMBEDDING_LENGTH } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestOrganisation, testDatabases, type TestOrganisation } from '../testing/index.js';
import { SourceFaces } from './source-faces.js';

const NOW = new Date('2026-11-01T12:00:00Z');
const keys = { secret: (name: string) => Promise.resolve(createHash('sha256').update(name).digest()) };
const faceOf = (name: string): Float32Array =>
  Float32Array.from(createSeededRandom(name)(EMBEDDING_LENGTH), (byte) => byte - 127.5);

describe.each(await testDatabases())('source faces in two processes on %s', (kind) => {
  let org: TestOrganisation;
  const [here, there] = [new SourceFaces(keys), new SourceFaces(keys)];
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const within = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    org.authority.database.transaction(async (tx) => {
      await lockSourceFaces(tx);
      return work(tx);
    });
  const ownersOf = (faces: SourceFaces, name: string) =>
    within(async (tx) => [...(await faces.findOwners(tx, faceOf(name))).owners]);
  const register = (personId: string, name: string, id: string) =>
    within(async (tx) => {
      await insertEnrolment(tx, {
        ...{ id: `enr_${id}`, personId, noticeSha256: '', locale: 'en', releasedAt: NOW, expiresAt: NOW },
      });
      const { searchTemplate } = await here.findOwners(tx, faceOf(name));
      const { template: wearerTemplate } = await here.wearerTemplate(id, faceOf(name));
      await replaceSourceFace(tx, {
        ...{ id, personId, enrolmentId: `enr_${id}`, searchTemplate, wearerTemplate, state: 'active' },
        ...{ templateSha256: sha256HexOf(wearerTemplate), evidenceSha256: '', createdAt: NOW },
      });
    });

  it('are known to both as soon as they are registered, and to none once replaced or erased', async () => {
    const [employee, executive] = [org.employee.id, org.executive.id];
    expect(await ownersOf(there, 'anna')).toEqual([]);
    await register(employee, 'anna', 'sf_1');
    await register(executive, 'bert', 'sf_2');
    for (const faces of [here, there]) {
      expect(await ownersOf(faces, 'anna')).toEqual([employee]);
      expect(await ownersOf(faces, 'bert')).toEqual([executive]);
      expect(await ownersOf(faces, 'nobody')).toEqual([]);
    }
    await register(employee, 'anna with a beard', 'sf_3');
    await within((tx) => eraseSourceFace(tx, { id: 'sf_2', personId: executive }, NOW));
    for (const faces of [here, there]) {
      expect(await ownersOf(faces, 'anna')).toEqual([]);
      expect(await ownersOf(faces, 'bert')).toEqual([]);
      expect(await ownersOf(faces, 'anna with a beard')).toEqual([employee]);
    }
  });

  it('that were registered in a transaction that failed are known to nobody', async () => {
    const failing = org.authority.database.transaction(async (tx) => {
      await lockSourceFaces(tx);
      await eraseSourceFace(tx, { id: 'sf_3', personId: org.employee.id }, NOW);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await ownersOf(there, 'anna with a beard')).toEqual([org.employee.id]);
  });

  it('compare one with one by what is stored', async () => {
    const matches = (name: string) => within((tx) => there.matchesPerson(tx, faceOf(name), org.employee.id));
    expect(await matches('anna with a beard')).toEqual({ sourceFace: 'sf_3', matches: true });
    expect(await matches('anna')).toEqual({ sourceFace: 'sf_3', matches: false });
  });
});
