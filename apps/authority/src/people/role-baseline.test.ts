import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { Reconciliation } from '../reconciliation/reconciliation.service.js';
import {
  firstAdmin,
  invitePerson,
  openLasting,
  testDatabases,
  type LastingDatabase,
  type TestAuthority,
} from '../testing/index.js';

describe.each(await testDatabases())('roles of before they were in the ledger on %s', (kind) => {
  let folder: string;
  let lasting: LastingDatabase;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-baseline-'));
    lasting = await openLasting(kind, folder);
  });
  afterEach(async () => {
    await lasting.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const personsFound = async (authority: TestAuthority) => {
    await authority.app.get(LedgerSequencer, { strict: false }).publish();
    const findings = await authority.app.get(Reconciliation, { strict: false }).sweep();
    return findings.filter((finding) => finding.kind === 'person');
  };

  it('are recorded at the first start that can, and never again', async () => {
    const before = await lasting.open();
    const admin = await firstAdmin(before);
    const { id } = await invitePerson(before, admin, 'Auditor', ['auditor']);
    // As an earlier version left it.
    await before.database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.ledgerEntry.deleteMany({ where: { kind: 'status-change', topic: { startsWith: 'per_' } } });
    });
    expect(await personsFound(before)).toHaveLength(2);
    await before.close();

    const upgraded = await lasting.open();
    expect(await personsFound(upgraded)).toEqual([]);
    await upgraded.database.client.person.update({ where: { id }, data: { roles: ['employee'] } });
    const forged = `per_${'f'.repeat(26)}`;
    await upgraded.database.client.person.create({
      data: { id: forged, displayName: 'Forged', roles: ['employee'], createdAt: new Date(0) },
    });
    await upgraded.close();

    const later = await lasting.open();
    expect(await personsFound(later)).toEqual(
      [
        { kind: 'person', id, difference: 'differs' },
        { kind: 'person', id: forged, difference: 'no-entry' },
      ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
    await later.close();
  });
});
