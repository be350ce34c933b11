/** THREATS 20: the ledger is rolled back or split. Defence: clients pin checkpoints and ask for consistency. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeBase64Url,
  parseVerifierKey,
  planAppend,
  verifyCheckpoint,
  verifyCheckpointAdvance,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import { LedgerOutbox, createLedgerStore } from '@guise/persistence';
import { formatId, hashList, ledgerStatus, personId } from '@guise/protocol';
import {
  LedgerSequencer,
  openTestAuthority,
  testDatabases,
  type TestAuthority,
} from '@guise/authority/testing';

const person = personId.parse(formatId('person', new Uint8Array(16).fill(1)));

describe.each(await testDatabases())('a ledger rolled back on %s', (kind) => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await openTestAuthority(kind);
  });
  afterAll(() => authority.close());

  async function append(what: string, count: number): Promise<void> {
    await authority.database.transaction(async (tx) => {
      for (let i = 0; i < count; i += 1) {
        await authority.app
          .get(LedgerOutbox)
          .stage(tx, { v: 1, kind: 'erasure', at: i, person, what, count: i });
      }
    });
    await authority.app.get(LedgerSequencer).publish();
  }
  async function checkpoint(): Promise<VerifiedCheckpoint> {
    const { verifierKey } = ledgerStatus.parse((await authority.api.get('/v1/ledger/status')).body);
    return verifyCheckpoint(
      String((await authority.api.get('/log/checkpoint')).body),
      parseVerifierKey(verifierKey),
    );
  }
  async function consistency(first: number, second: number): Promise<Uint8Array[]> {
    const url = `/v1/ledger/proof/consistency?first=${String(first)}&second=${String(second)}`;
    const answer = await authority.api.get(url);
    const parsed = hashList.safeParse(answer.body).data?.hashes ?? [];
    return parsed.flatMap((hash) => decodeBase64Url(hash) ?? []);
  }
  /** The operator restores a backup: triggers do not stop them. */
  const restoreTo = (size: number) =>
    authority.database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRaw`DELETE FROM "LedgerCheckpoint" WHERE "size" > ${BigInt(size)}`;
      await tx.$executeRaw`DELETE FROM "LedgerEntry" WHERE "leafIndex" >= ${BigInt(size)}`;
      await tx.$executeRaw`DELETE FROM "LedgerTile"`;
      await tx.$executeRaw`DELETE FROM "LedgerHead"`;
    });

  it('is told apart from a ledger that went on: shorter, and rewritten', async () => {
    await append('before', 5);
    const old = await checkpoint();
    await append('seen', 4);
    const pinned = await checkpoint();
    expect(() => {
      verifyCheckpointAdvance(old, pinned, []);
    }).toThrow(/rewritten/);
    const proof = await consistency(old.size, pinned.size);
    expect(() => {
      verifyCheckpointAdvance(old, pinned, proof);
    }).not.toThrow();

    // The service stands still while its storage is exchanged; below it is driven by hand.
    await authority.app.get(LedgerSequencer).beforeApplicationShutdown();
    await restoreTo(old.size);
    const store = createLedgerStore(authority.database.client);
    // What the backup held is put back as it was: tiles and head of the old size.
    const rows = await store.readSequenced(0, 100);
    const plan = await planAppend(
      { readTile: () => Promise.resolve(null) },
      0,
      rows.map(({ commitment }) => commitment),
    );
    for (const { tile, bytes } of plan.writes) await store.writeTile(tile, bytes);
    await store.swapHead(null, old.note);

    const restored = await checkpoint();
    expect(() => {
      verifyCheckpointAdvance(pinned, restored, []);
    }).toThrow(/shorter than it was/);

    await append('other history', 9);
    const forked = await checkpoint();
    expect(forked.size).toBeGreaterThan(pinned.size);
    const excuse = await consistency(pinned.size, forked.size);
    expect(() => {
      verifyCheckpointAdvance(pinned, forked, excuse);
    }).toThrow(/rewritten/);
  });

  it('is not signed over by the authority itself when its tiles and its checkpoint disagree', async () => {
    await append('tamper', 3);
    const before = await checkpoint();
    await authority.database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRaw`UPDATE "LedgerTile" SET "bytes" = set_byte("bytes", 1, (get_byte("bytes", 1) + 1) % 256) WHERE "level" = 0`;
    });
    await expect(append('after', 1)).rejects.toMatchObject({ code: 'ledger-diverged' });
    expect((await checkpoint()).note).toBe(before.note);
  });
});
