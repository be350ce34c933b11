/**
 * THREATS 18: an insider edits rows of the database, below its guards, and waits for them to be believed. Defence: every row
 * whose changes the ledger has is compared with it; what differs raises an alarm. (What a verdict then says: the other 18.)
 */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  LedgerSequencer,
  newAuthenticator,
  openWearing,
  Reconciliation,
  testDatabases,
  textOf,
  type TestPerson,
  type Wearing,
} from '@guise/authority/testing';
import { DEFAULT_POLICY } from '@guise/consent';

/** What the same edit shows elsewhere: a renamed row is missing under its name, and roles are compared by themselves. */
const ALSO_SEEN = ['ledger-entry entries-missing', 'approval row-missing', 'person differs'];
const flip = (column: string) => `set_byte(${column}, 0, get_byte(${column}, 0) # 1)`;

describe.each(await testDatabases())('an edit below the guards of the database on %s', (kind) => {
  let wearing: Wearing;
  let logged = '';
  beforeAll(async () => {
    const sink = new Writable({
      write(chunk, _encoding, done) {
        logged += String(chunk);
        done();
      },
    });
    wearing = await openWearing(kind, { logger: pino({ level: 'error' }, sink) });
    const { authority, adminA, adminB, executive } = wearing.organisation;
    const { api } = authority;
    const proposed = await api.post('/v1/policies', DEFAULT_POLICY, { token: adminA.token });
    const url = `/v1/policies/${textOf(proposed.body, 'id')}`;
    const offer = await api.post(`${url}/approval-offer`, {}, { token: adminB.token });
    await api.post(`${url}/approval`, adminB.sign(offer.body), { token: adminB.token });
    await removeSecondPasskey(executive);
  });
  beforeEach(async () => {
    logged = '';
    await wearing.organisation.authority.app.get(LedgerSequencer, { strict: false }).publish();
  });
  afterAll(() => wearing.organisation.authority.close());

  const db = () => wearing.organisation.authority.database;
  const sweep = () => wearing.organisation.authority.app.get(Reconciliation, { strict: false }).sweep();
  /** Told to an admin and to the auditor. */
  const notices = () => {
    const { adminA, auditor } = wearing.organisation;
    const personId = { in: [adminA.id, auditor.id] };
    return db().client.personNotice.count({ where: { kind: 'records-differ', personId } });
  };

  /** One passkey that was registered and removed again. */
  async function removeSecondPasskey(person: TestPerson): Promise<void> {
    const { authority } = wearing.organisation;
    const token = { token: person.token };
    const { body } = await authority.api.post('/v1/passkeys/options', {}, token);
    const options: unknown = Reflect.get(Object(body), 'options');
    const response = newAuthenticator(authority, 'second').create(options);
    const added = { ceremony: textOf(body, 'ceremony'), response, name: 'Second' };
    const { body: passkey } = await authority.api.post('/v1/passkeys', added, token);
    const removed = await authority.api.post(`/v1/passkeys/${textOf(passkey, 'id')}/remove`, {}, token);
    expect(removed.status).toBe(204);
  }

  /** The insider owns the server: neither triggers nor foreign keys stop them. @returns rows changed */
  function edit(sql: string): Promise<number> {
    return db().transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      return tx.$executeRawUnsafe(sql);
    });
  }

  it('is what differs: an organisation that nobody edited is found whole', async () => {
    for (const table of ['avatar', 'consent', 'approval', 'policy', 'passkey', 'device'] as const) {
      const model: { count(): Promise<number> } = db().client[table];
      expect([table, await model.count()], table).not.toEqual([table, 0]);
    }
    expect(await sweep()).toEqual([]);
    expect([await notices(), logged]).toEqual([0, '']);
  });

  it.each<[what: string, edits: string, undo: string, kind: string, difference: string]>([
    [
      'an avatar made active',
      `UPDATE "Avatar" SET "state" = 'suspended'`,
      `UPDATE "Avatar" SET "state" = 'active'`,
      'avatar',
      'differs',
    ],
    [
      'another bundle under an approved version',
      `UPDATE "Avatar" SET "sha256" = translate("sha256", '01', '10')`,
      `UPDATE "Avatar" SET "sha256" = translate("sha256", '01', '10')`,
      'avatar',
      'differs',
    ],
    [
      'a consent that says more',
      `UPDATE "Consent" SET "statement" = replace("statement", 'meeting', 'training')`,
      `UPDATE "Consent" SET "statement" = replace("statement", 'training', 'meeting')`,
      'consent',
      'differs',
    ],
    [
      'an approval of somebody else',
      `UPDATE "Approval" SET "id" = reverse("id")`,
      `UPDATE "Approval" SET "id" = reverse("id")`,
      'approval',
      'no-entry',
    ],
    [
      'a weaker policy',
      `UPDATE "Policy" SET "statement" = replace("statement", '"executive": 2', '"executive": 1')`,
      `UPDATE "Policy" SET "statement" = replace("statement", '"executive": 1', '"executive": 2')`,
      'policy',
      'differs',
    ],
    [
      'a key under another person’s passkey',
      `UPDATE "Passkey" SET "publicKey" = ${flip('"publicKey"')}`,
      `UPDATE "Passkey" SET "publicKey" = ${flip('"publicKey"')}`,
      'passkey',
      'differs',
    ],
    [
      'a removed passkey that opens again',
      `UPDATE "Passkey" SET "removedAt" = NULL, "transports" = ARRAY['back'] WHERE "removedAt" IS NOT NULL`,
      `UPDATE "Passkey" SET "removedAt" = "createdAt" WHERE 'back' = ANY("transports")`,
      'passkey',
      'differs',
    ],
    [
      'a device of another person',
      `UPDATE "Device" SET "personId" = reverse("personId")`,
      `UPDATE "Device" SET "personId" = reverse("personId")`,
      'device',
      'differs',
    ],
    [
      'an admin whom nobody made one',
      `UPDATE "Person" SET "roles" = array_append("roles", 'admin') WHERE "displayName" = 'Employee'`,
      `UPDATE "Person" SET "roles" = array_remove("roles", 'admin') WHERE "displayName" = 'Employee'`,
      'admin',
      'no-entry',
    ],
    [
      'an entry of the ledger itself',
      `UPDATE "LedgerEntry" SET "payload" = ${flip('"payload"')} WHERE "kind" = 'approval'`,
      `UPDATE "LedgerEntry" SET "payload" = ${flip('"payload"')} WHERE "kind" = 'approval'`,
      'approval',
      'entry-edited',
    ],
    [
      'an entry with its commitment, in another place of the log',
      `UPDATE "LedgerEntry" SET "leafIndex" = 0 - "leafIndex" WHERE "kind" = 'policy'`,
      `UPDATE "LedgerEntry" SET "leafIndex" = 0 - "leafIndex" WHERE "kind" = 'policy'`,
      'policy',
      'entry-not-in-log',
    ],
  ])('raises the alarm: %s', async (_what, edits, undo, kindOf, difference) => {
    const before = await notices();
    expect(await edit(edits)).toBeGreaterThan(0);
    try {
      const findings = await sweep();
      expect(findings).toContainEqual(expect.objectContaining({ kind: kindOf, difference }));
      for (const finding of findings) {
        const named = finding.kind === kindOf && finding.difference === difference;
        expect([finding, named || ALSO_SEEN.includes(`${finding.kind} ${finding.difference}`)]).toEqual([
          finding,
          true,
        ]);
      }
      expect(logged).toContain('"alarm":"records-differ"');
      expect(logged).toContain(findings[0]?.id);
      // Once.
      expect(await notices()).toBe(before + 2);
      await sweep();
      expect(await notices()).toBe(before + 2);
    } finally {
      await edit(undo);
    }
    expect(await sweep()).toEqual([]);
  });

  it('raises the alarm also when what the ledger had is wiped out', async () => {
    expect(
      await edit(`UPDATE "LedgerEntry" SET "payload" = NULL, "salt" = NULL WHERE "kind" = 'device'`),
    ).toBe(1);
    expect(await sweep()).toMatchObject([
      { kind: 'ledger-entry', difference: 'entry-erased' },
      { kind: 'device', difference: 'entry-erased' },
    ]);
  });
});
