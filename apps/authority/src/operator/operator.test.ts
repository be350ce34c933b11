import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personResponse, signingKeyList } from '@guise/protocol';
import {
  compiled,
  openTestOrganisation,
  signIn,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';
import { OperatorService } from './operator.service.js';
import { parseOperatorCommand } from './parse-command.js';

describe.each(await testDatabases())('the operator of an authority on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const run = (...args: readonly string[]) =>
    org.authority.app.get(OperatorService, { strict: false }).run(parseOperatorCommand(args));
  const refusal = (...args: readonly string[]) =>
    run(...args).then(
      () => 'done',
      (error: unknown) => String(Reflect.get(Object(Reflect.get(Object(error), 'extras')), 'detail')),
    );
  const keys = async () => {
    const { body } = await org.authority.api.get('/v1/keys', { token: org.auditor.token });
    return signingKeyList.parse(body).keys.filter(({ use }) => use === 'permit');
  };
  const rolesOf = async (person: TestPerson) => {
    const token = textOf((await signIn(org.authority.api, person.authenticator)).body, 'token');
    return personResponse.parse((await org.authority.api.get('/v1/me', { token })).body).roles;
  };
  const entries = (kindOf: string) =>
    org.authority.database.client.ledgerEntry.count({ where: { kind: kindOf } });

  it('is shown keys, admins and persons', async () => {
    const { text } = await run('show');
    const [key] = await keys();
    for (const part of [key?.kid ?? '-', 'Admins: 3', org.employee.id]) expect(text).toContain(part);
  });

  it('rotates a key when they name it, and is told what it comes to when they do not', async () => {
    const [first] = await keys();
    const kid = first?.kid ?? '';
    const before = await entries('key-rotation');
    expect(await run('rotate-key', 'permit', 'compromised')).toMatchObject({ done: false });
    expect(await refusal('rotate-key', 'permit', 'compromised', '--confirm', 'another')).toContain(kid);
    expect(await keys()).toHaveLength(1);
    const { done } = await run('rotate-key', 'permit', 'compromised', '--confirm', kid);
    expect(done).toBe(true);
    expect((await keys()).map(({ state, by }) => [state, by])).toEqual([
      ['compromised', null],
      ['current', null],
    ]);
    expect(await entries('key-rotation')).toBe(before + 1);
    const notices = await org.authority.api.get('/v1/me/notices', { token: org.adminB.token });
    expect(JSON.stringify(notices.body)).toContain('key-rotated');
    expect(await refusal('rotate-key', 'permit', 'compromised', '--confirm', kid)).not.toBe('done');
  });

  it('makes nobody admin while two are left, who can do it themselves', async () => {
    const { executive } = org;
    const name = textOf(
      (await org.authority.api.get('/v1/me', { token: executive.token })).body,
      'displayName',
    );
    expect(await refusal('grant-admin', executive.id, '--confirm', name)).toContain('Two admins are active');
    expect(await rolesOf(executive)).not.toContain('admin');
  });

  it('makes somebody admin when one is left, once they are named; that one knows, and so does the ledger', async () => {
    const { adminA, adminB, adminC, executive, authority } = org;
    for (const other of [adminB, adminC]) {
      const url = `/v1/persons/${other.id}/roles`;
      const answer = await authority.api.post(url, { roles: ['employee'] }, { token: adminA.token });
      expect(answer.status).toBe(200);
    }
    const token = textOf((await signIn(authority.api, executive.authenticator)).body, 'token');
    const name = textOf((await authority.api.get('/v1/me', { token })).body, 'displayName');
    expect(await run('grant-admin', executive.id)).toMatchObject({ done: false });
    expect(await refusal('grant-admin', executive.id, '--confirm', 'somebody else')).toContain(name);
    expect(await rolesOf(executive)).not.toContain('admin');
    expect(await run('grant-admin', executive.id, '--confirm', name)).toMatchObject({ done: true });
    expect(await rolesOf(executive)).toContain('admin');
    const grant = await authority.database.client.adminGrant.findFirstOrThrow({
      where: { kind: 'operator' },
    });
    expect(grant).toMatchObject({
      personId: executive.id,
      state: 'used',
      requestedById: null,
      decidedById: null,
    });
    const logged = { where: { topic: grant.id, kind: 'status-change' } };
    expect(await authority.database.client.ledgerEntry.count(logged)).toBe(1);
    const notices = await authority.api.get('/v1/me/notices', { token: adminA.token });
    expect(JSON.stringify(notices.body)).toContain('admin-granted');
    // There are two again: that was all.
    const employee = textOf(
      (await authority.api.get('/v1/me', { token: org.employee.token })).body,
      'displayName',
    );
    expect(await refusal('grant-admin', org.employee.id, '--confirm', employee)).toContain('Two admins');
  });
});

describe('the operator’s script', () => {
  let dataDir: string;
  let script: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'guise-operator-'));
    script = await compiled('operator.js');
  }, 180_000);
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const run = (...args: readonly string[]) =>
    new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
      const env = { GUISE_DATA_DIR: dataDir, GUISE_PUBLIC_URL: 'http://localhost:9', PORT: '0' };
      execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
      });
    });

  it('says by its exit code whether something was done', async () => {
    expect(await run('drop')).toMatchObject({
      code: 2,
      output: expect.stringContaining('rotate-key <use>') as string,
    });
    const shown = await run('show');
    expect(shown).toMatchObject({ code: 0, output: expect.stringContaining('Admins: 1') as string });
    expect((await run('rotate-key', 'permit', 'planned')).code).toBe(3);
  }, 180_000);
});
