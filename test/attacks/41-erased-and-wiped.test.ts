/**
 * THREATS 18: an insider destroys what would convict them: the salt of an entry, the entry itself, or the record of somebody
 * erased is brought to life again. Defence: only what the log itself names as erased may be gone. And what was erased stays so:
 * with the whole database nobody opens a commitment of an erased person.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  LedgerSequencer,
  multipart,
  openWearing,
  Reconciliation,
  RetentionService,
  sceneFrames,
  signIn,
  stepUp,
  testDatabases,
  textOf,
  writeClip,
  type Wearing,
} from '@guise/authority/testing';
import { DEFAULT_POLICY } from '@guise/consent';
import { parsePayload } from '@guise/ledger';
import { verificationReport } from '@guise/protocol';

const LEAVER_SECONDS = DEFAULT_POLICY.retention.leaverDays * 24 * 3600;

describe.each(await testDatabases())('what the ledger says of a person on %s', (kind) => {
  let wearing: Wearing;
  let folder: string;
  let clip: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-erased-'));
    wearing = await openWearing(kind);
    const frames = sceneFrames('erased', 2);
    await wearing.wear(await wearing.open('erased'), frames);
    clip = await writeClip(folder, 'erased', frames);
  });
  beforeEach(() => get(LedgerSequencer).publish());
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });

  const get = <T>(service: abstract new (...args: never[]) => T): T =>
    wearing.organisation.authority.app.get<T>(service, { strict: false });
  const sweep = () => get(Reconciliation).sweep();
  const db = () => wearing.organisation.authority.database;
  /** The insider owns the server: neither triggers nor foreign keys stop them. @returns rows changed */
  const edit = (sql: string): Promise<number> =>
    db().transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      return tx.$executeRawUnsafe(sql);
    });
  const verify = async () => {
    const { authority, auditor } = wearing.organisation;
    const token = textOf((await signIn(authority.api, auditor.authenticator)).body, 'token');
    const form = multipart({ file: await readFile(clip) });
    const { body } = await authority.api.call('POST', '/v1/verifications', { token, ...form });
    return { token, report: verificationReport.parse(body) };
  };

  it.each(['evidence', 'permit', 'enrolment', 'consent-given'])(
    'raises the alarm when payload and salt of a %s entry are gone and the log names no erasure',
    async (entryKind) => {
      expect(await sweep()).toEqual([]);
      const [row] = await db().client.ledgerEntry.findMany({ where: { kind: entryKind }, take: 1 });
      if (row === undefined) throw new Error(`no ${entryKind}`);
      const where = `WHERE "id" = ${String(row.id)}`;
      await edit(`UPDATE "LedgerEntry" SET "payload" = NULL, "salt" = NULL ${where}`);
      const lost = { kind: 'ledger-entry', id: String(row.id), difference: 'entry-erased' };
      expect(await sweep()).toContainEqual(lost);
      const hex = (bytes: Uint8Array | null) => `'\\x${Buffer.from(bytes ?? []).toString('hex')}'`;
      await edit(
        `UPDATE "LedgerEntry" SET "payload" = ${hex(row.payload)}, "salt" = ${hex(row.salt)} ${where}`,
      );
      expect(await sweep()).toEqual([]);
    },
  );

  it('raises the alarm when an entry is deleted as a whole', async () => {
    await edit(`CREATE TABLE "Hidden" AS SELECT * FROM "LedgerEntry" WHERE "kind" = 'permit'`);
    await edit(`DELETE FROM "LedgerEntry" WHERE "kind" = 'permit'`);
    const missing = { kind: 'ledger-entry', id: 'count', difference: 'entries-missing' };
    expect(await sweep()).toContainEqual(missing);
    await edit(`INSERT INTO "LedgerEntry" SELECT * FROM "Hidden"`);
    await edit(`DROP TABLE "Hidden"`);
    expect(await sweep()).toEqual([]);
  });

  it('is gone after the policy’s time, and not before: nobody opens it, nobody is told otherwise', async () => {
    const { authority, executive } = wearing.organisation;
    const { api, clock } = authority;
    const { report } = await verify();
    expect(report.verdict).toBe('authorised');
    const entries = await db().client.ledgerEntry.findMany({ orderBy: { id: 'asc' } });
    const opened = entries.filter(({ payload }) => mentions(payload, executive.id));
    expect(opened.length).toBeGreaterThan(4);

    const fresh = await stepUp(authority, executive);
    const left = await api.post('/v1/me/leave', { leave: 'for good' }, { token: fresh.token });
    expect(left.status).toBe(204);
    expect((await api.get('/v1/me', { token: fresh.token })).status).toBe(401);
    await get(RetentionService).sweep();
    expect((await verify()).report.verdict).toBe('authorised');

    clock.advanceSeconds(LEAVER_SECONDS + 1);
    await get(RetentionService).sweep();
    await get(LedgerSequencer).publish();
    const after = await db().client.ledgerEntry.findMany();
    const names = after.filter(({ payload, kind: entryKind }) => {
      // Of others: who wore the avatar, and what another admin decided.
      return mentions(payload, executive.id) && !OF_OTHERS.has(entryKind);
    });
    expect(names).toEqual([]);
    const gone = after.filter(({ payload, salt }) => payload === null && salt === null);
    expect(gone.length).toBeGreaterThan(4);
    expect(after.filter(({ payload, salt }) => (payload === null) !== (salt === null))).toEqual([]);
    const { client } = db();
    const { displayName } = await client.person.findUniqueOrThrow({ where: { id: executive.id } });
    const passkeys = await client.passkey.findMany({ where: { personId: executive.id } });
    expect([displayName, ...passkeys.map(({ name }) => name)]).toEqual(['Erased', 'Erased']);
    expect(await client.personNotice.count({ where: { personId: executive.id } })).toBe(0);

    // By right: no alarm. The log's own entry names places and no person.
    expect(await sweep()).toEqual([]);
    const [erasure] = after.filter(({ kind: entryKind }) => entryKind === 'entries-erased').slice(-1);
    const named = parsePayload(erasure?.payload ?? new Uint8Array());
    expect(named).toMatchObject({ kind: 'entries-erased', why: 'leaver' });
    expect(mentions(erasure?.payload ?? null, executive.id)).toBe(false);

    // The recording: an honest answer, without a proof and without names.
    const { token, report: late } = await verify();
    expect(late).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'records-erased' }],
      facts: null,
      proof: null,
    });
    expect((await wearing.detect(clip)).body).toMatchObject({ marked: true, authorised: null });
    // The stored report held the salts of its proof.
    const stored = await api.get(`/v1/verifications/${report.id}`, { token });
    expect(stored).toMatchObject({ status: 410, body: { code: 'records-erased' } });
    const consent = wearing.avatar.consent ?? '';
    const receipt = await api.get(`/v1/consents/${consent}/receipt`, { token });
    expect(receipt).toMatchObject({ status: 410, body: { code: 'records-erased' } });
    const salts = opened.flatMap(({ id, salt }) =>
      gone.some((row) => row.id === id) ? [Buffer.from(salt ?? [])] : [],
    );
    expect(await foundAnywhere(salts)).toEqual([]);
  });

  it('cannot be brought to life again: an erased person’s avatar, consent or passkey in force raises the alarm', async () => {
    expect(await sweep()).toEqual([]);
    for (const [table, name, edits, undo] of [
      ['avatar', 'Avatar', `"state" = 'active'`, `"state" = 'erased'`],
      ['consent', 'Consent', GIVEN, `"state" = 'withdrawn', "inForceFor" = NULL`],
    ] as const) {
      expect(await edit(`UPDATE "${name}" SET ${edits}`)).toBeGreaterThan(0);
      expect(await sweep()).toContainEqual(expect.objectContaining({ kind: table, difference: 'differs' }));
      await edit(`UPDATE "${name}" SET ${undo}`);
    }
    const { executive } = wearing.organisation;
    await edit(`UPDATE "Person" SET "state" = 'active' WHERE "id" = '${executive.id}'`);
    expect(await sweep()).toContainEqual(expect.objectContaining({ kind: 'passkey', difference: 'differs' }));
    await edit(`UPDATE "Person" SET "state" = 'left' WHERE "id" = '${executive.id}'`);
    expect(await sweep()).toEqual([]);
  });

  it('is not lawfully gone because an entry that names it lies beside the log', async () => {
    const { id } = await db().client.ledgerEntry.findFirstOrThrow({ where: { kind: 'key-rotation' } });
    const where = `WHERE "id" = ${String(id)}`;
    await edit(`UPDATE "LedgerEntry" SET "payload" = NULL, "salt" = NULL ${where}`);
    // A genuine erasure whose ranges are rewritten is no longer what it committed to.
    await edit(
      `UPDATE "LedgerEntry" SET "payload" = set_byte("payload", 20, 1) WHERE "kind" = 'entries-erased'`,
    );
    const findings = await sweep();
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'ledger-entry', id: String(id), difference: 'entry-erased' }),
    );
    // And with it everything that it had named.
    expect(findings.length).toBeGreaterThan(4);
  });

  /** In which tables any of these values stands, as bytes or as text of any common form. */
  async function foundAnywhere(values: readonly Buffer[]): Promise<readonly string[]> {
    const tables = await db().client.$queryRawUnsafe<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await db().client.$queryRawUnsafe<{ text: string | null }[]>(
        `SELECT string_agg(row_to_json(t)::text, ' ') AS text FROM "${name}" t`,
      );
      const text = row?.text ?? '';
      const isIn = (value: Buffer) =>
        ['hex', 'base64', 'base64url'].some((form) => text.includes(value.toString(form as BufferEncoding)));
      if (values.some(isIn)) found.push(name);
    }
    return found;
  }
});

const GIVEN = `"state" = 'given', "inForceFor" = "avatarId"`;

/** Entries that name an erased person because somebody else acted: they are about that other. */
const OF_OTHERS: ReadonlySet<string> = new Set(['session-opened', 'permit', 'evidence']);

function mentions(payload: Uint8Array | null, id: string): boolean {
  return Buffer.from(payload ?? []).includes(id);
}
