/**
 * THREATS 18: an insider edits, inserts or deletes sessions, permits and persons below the guards of the database. Defence: they
 * are compared with the ledger row by row, and the ledger with them; what differs raises an alarm that names it, and nothing
 * that happens meanwhile does.
 */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  invitePerson,
  LedgerSequencer,
  openWearing,
  Reconciliation,
  signIn,
  testDatabases,
  textOf,
  type TestPerson,
  type Wearing,
} from '@guise/authority/testing';

const FORGED = 'f'.repeat(26);

describe.each(await testDatabases())('sessions and persons edited below the guards on %s', (kind) => {
  let wearing: Wearing;
  let logged = '';
  /** `closed` was closed by its runtime, `worn` goes on. */
  let sessions: { readonly closed: string; readonly worn: string };
  let leaver: TestPerson;
  beforeAll(async () => {
    const sink = new Writable({
      write(chunk, _encoding, done) {
        logged += String(chunk);
        done();
      },
    });
    wearing = await openWearing(kind, { logger: pino({ level: 'error' }, sink) });
    const { authority, adminA } = wearing.organisation;
    const closed = await open();
    await close(closed);
    sessions = { closed, worn: await open() };
    leaver = await invitePerson(authority, adminA, 'Leaver', ['employee']);
    const left = await authority.api.post('/v1/me/leave', { leave: 'for good' }, { token: leaver.token });
    expect(left.status).toBeLessThan(300);
  });
  beforeEach(async () => {
    logged = '';
    await publish();
  });
  afterAll(() => wearing.organisation.authority.close());

  const app = () => wearing.organisation.authority.app;
  const db = () => wearing.organisation.authority.database;
  const publish = () => app().get(LedgerSequencer, { strict: false }).publish();
  const sweep = () => app().get(Reconciliation, { strict: false }).sweep();
  const open = async () => (await wearing.open(crypto.randomUUID())).session.id;
  const close = (id: string) =>
    wearing.device.call('POST', `/v1/sessions/${id}/close`, { reason: 'finished' });

  /** The insider owns the server: neither triggers nor foreign keys stop them. @returns rows changed */
  function edit(sql: string): Promise<number> {
    return db().transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      return tx.$executeRawUnsafe(sql);
    });
  }

  /** Inserts a copy of a row with other values in some columns. */
  async function copyOf(table: string, where: string, changes: Readonly<Record<string, string>>) {
    const columns = await db().client.$queryRaw<{ name: string }[]>`
      SELECT column_name::text AS name FROM information_schema.columns
      WHERE table_name = ${table} AND table_schema = current_schema()`;
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ name }) => changes[name] ?? `"${name}"`).join(', ');
    return `INSERT INTO "${table}" (${names}) SELECT ${values} FROM "${table}" WHERE ${where} LIMIT 1`;
  }

  it('an organisation that nobody edited is found whole, published or not', async () => {
    expect(await sweep()).toEqual([]);
    await open();
    expect(await sweep()).toEqual([]);
    expect(logged).toBe('');
  });

  it.each<[what: string, edits: () => string, undo: () => string, kind: string, difference: string]>([
    [
      'a permit that lasts longer',
      () =>
        `UPDATE "Permit" SET "expires" = "expires" + interval '1 day' WHERE "sessionId" = '${sessions.worn}'`,
      () =>
        `UPDATE "Permit" SET "expires" = "expires" - interval '1 day' WHERE "sessionId" = '${sessions.worn}'`,
      'permit',
      'differs',
    ],
    [
      'another permit under its hash',
      () => `UPDATE "Permit" SET "jws" = reverse("jws") WHERE "sessionId" = '${sessions.worn}'`,
      () => `UPDATE "Permit" SET "jws" = reverse("jws") WHERE "sessionId" = '${sessions.worn}'`,
      'permit',
      'differs',
    ],
    [
      'a session of another person',
      () => `UPDATE "WearSession" SET "personId" = reverse("personId") WHERE "id" = '${sessions.worn}'`,
      () => `UPDATE "WearSession" SET "personId" = reverse("personId") WHERE "id" = '${sessions.worn}'`,
      'session',
      'differs',
    ],
    [
      'a session for another purpose',
      () => `UPDATE "WearSession" SET "purpose" = 'training' WHERE "id" = '${sessions.worn}'`,
      () => `UPDATE "WearSession" SET "purpose" = 'meeting' WHERE "id" = '${sessions.worn}'`,
      'session',
      'differs',
    ],
    [
      'a session that opens with another key chain',
      () => `UPDATE "WearSession" SET "chainEnd" = reverse("chainEnd") WHERE "id" = '${sessions.worn}'`,
      () => `UPDATE "WearSession" SET "chainEnd" = reverse("chainEnd") WHERE "id" = '${sessions.worn}'`,
      'session',
      'differs',
    ],
    [
      'a session that goes on after its end',
      () => `UPDATE "WearSession" SET "state" = 'live' WHERE "id" = '${sessions.closed}'`,
      () => `UPDATE "WearSession" SET "state" = 'closed' WHERE "id" = '${sessions.closed}'`,
      'session',
      'differs',
    ],
    [
      'a person who left and is back',
      () => `UPDATE "Person" SET "state" = 'active' WHERE "id" = '${leaver.id}'`,
      () => `UPDATE "Person" SET "state" = 'left' WHERE "id" = '${leaver.id}'`,
      'person',
      'differs',
    ],
    [
      'a person whom nobody suspended',
      () => `UPDATE "Person" SET "state" = 'suspended' WHERE "id" = '${wearing.organisation.employee.id}'`,
      () => `UPDATE "Person" SET "state" = 'active' WHERE "id" = '${wearing.organisation.employee.id}'`,
      'person',
      'differs',
    ],
    [
      'an auditor whom nobody made one',
      () => `UPDATE "Person" SET "roles" = '{auditor}' WHERE "id" = '${wearing.organisation.employee.id}'`,
      () => `UPDATE "Person" SET "roles" = '{employee}' WHERE "id" = '${wearing.organisation.employee.id}'`,
      'person',
      'differs',
    ],
  ])('raises the alarm: %s', async (_what, edits, undo, kindOf, difference) => {
    expect(await edit(edits())).toBe(1);
    try {
      const findings = await sweep();
      expect(findings).toMatchObject([{ kind: kindOf, difference }]);
      expect(logged).toContain(findings[0]?.id);
    } finally {
      await edit(undo());
    }
    expect(await sweep()).toEqual([]);
  });

  it.each<[what: string, kind: string, table: string, changes: Readonly<Record<string, string>>]>([
    [
      'a permit that nobody issued',
      'permit',
      'Permit',
      { id: `'pmt_${FORGED}'`, sha256: `'${'f'.repeat(64)}'`, statusIndex: '-1' },
    ],
    [
      'a session that nobody opened',
      'session',
      'WearSession',
      { id: `'ses_${FORGED}'`, number: '1', chainEnd: `'${'f'.repeat(64)}'` },
    ],
    ['a person whom nobody invited', 'person', 'Person', { id: `'per_${FORGED}'`, roles: `'{auditor}'` }],
  ])('raises the alarm: %s', async (_what, kindOf, table, changes) => {
    expect(await edit(await copyOf(table, 'true', changes))).toBe(1);
    const id = String(changes.id).replaceAll("'", '');
    try {
      expect(await sweep()).toEqual([{ kind: kindOf, id, difference: 'no-entry' }]);
    } finally {
      await edit(`DELETE FROM "${table}" WHERE "id" = '${id}'`);
    }
    expect(await sweep()).toEqual([]);
  });

  it.each<[what: string, kind: string, table: string, id: () => Promise<string>]>([
    [
      'a permit that is gone',
      'permit',
      'Permit',
      async () => (await db().client.permit.findFirstOrThrow({ where: { sessionId: sessions.worn } })).id,
    ],
    ['a session that is gone', 'session', 'WearSession', () => Promise.resolve(sessions.worn)],
    ['a person who is gone', 'person', 'Person', () => Promise.resolve(leaver.id)],
    ['an avatar that is gone', 'avatar', 'Avatar', () => Promise.resolve(wearing.avatar.id)],
  ])('raises the alarm: %s', async (_what, kindOf, table, idOf) => {
    const id = await idOf();
    await edit(`CREATE TABLE "Hidden" AS SELECT * FROM "${table}" WHERE "id" = '${id}'`);
    expect(await edit(`DELETE FROM "${table}" WHERE "id" = '${id}'`)).toBe(1);
    try {
      expect(await sweep()).toEqual([{ kind: kindOf, id, difference: 'row-missing' }]);
    } finally {
      await edit(`INSERT INTO "${table}" SELECT * FROM "Hidden"`);
      await edit('DROP TABLE "Hidden"');
    }
    expect(await sweep()).toEqual([]);
  });

  it('is quiet while everything changes: sessions open and end, people come, change and are published', async () => {
    const { authority, adminA } = wearing.organisation;
    const token = textOf((await signIn(authority.api, adminA.authenticator)).body, 'token');
    let done = false;
    const wear = async () => {
      for (let i = 0; i < 12; i += 1) await close(await open());
    };
    const change = async () => {
      for (let i = 0; i < 8; i += 1) {
        const { id } = await invitePerson(authority, { ...adminA, token }, 'Somebody', ['employee']);
        await authority.api.post(`/v1/persons/${id}/roles`, { roles: ['auditor'] }, { token });
        await publish();
      }
    };
    const look = async () => {
      let sweeps = 0;
      for (; !done || sweeps < 3; sweeps += 1) expect(await sweep()).toEqual([]);
      return sweeps;
    };
    const looking = look();
    await Promise.all([wear(), wear(), change()]).finally(() => {
      done = true;
    });
    expect(await looking).toBeGreaterThan(2);
    // More than two pages of sessions.
    expect(await db().client.wearSession.count()).toBeGreaterThan(25);
    await edit(`UPDATE "Permit" SET "expires" = "expires" + interval '1 day'`);
    const permits = await db().client.permit.count();
    expect(await sweep()).toHaveLength(permits);
    await edit(`UPDATE "Permit" SET "expires" = "expires" - interval '1 day'`);
  });
});
