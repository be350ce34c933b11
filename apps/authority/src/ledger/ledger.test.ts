import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeBase64Url,
  decodeEntryTile,
  hashLeaf,
  parseVerifierKey,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import { LedgerOutbox } from '@guise/persistence';
import { formatId, hashList, ledgerStatus, personId } from '@guise/protocol';
import { openTestAuthority, testDatabases, type TestAuthority } from '../testing/index.js';
import { LedgerSequencer } from './ledger-sequencer.js';

const person = personId.parse(formatId('person', new Uint8Array(16).fill(1)));

/** A key of each use, the first admin, and that they were let in. */
const BEGINNING = 4;

describe.each(await testDatabases())('the ledger over HTTP on %s', (kind) => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await openTestAuthority(kind);
  });
  afterAll(() => authority.close());

  const stage = (count: number): Promise<void> =>
    authority.database.transaction(async (tx) => {
      const outbox = authority.app.get(LedgerOutbox);
      for (let i = 0; i < count; i += 1) {
        await outbox.stage(tx, { v: 1, kind: 'erasure', at: i, person, what: 'test', count: i });
      }
    });
  const publish = () => authority.app.get(LedgerSequencer).publish();
  const checkpoint = async (): Promise<VerifiedCheckpoint> => {
    const status = ledgerStatus.parse((await authority.api.get('/v1/ledger/status')).body);
    const answer = await authority.api.get('/log/checkpoint');
    return verifyCheckpoint(String(answer.body), parseVerifierKey(status.verifierKey));
  };
  const proof = async (url: string): Promise<Hash[]> =>
    hashList.parse((await authority.api.get(url)).body).hashes.flatMap((hash) => decodeBase64Url(hash) ?? []);

  it('has signed the log before the first request; soon it holds what the authority began with', async () => {
    expect((await checkpoint()).size).toBeLessThanOrEqual(BEGINNING);
    await publish();
    expect((await checkpoint()).size).toBe(BEGINNING);
  });

  it('publishes staged entries by itself within a moment', async () => {
    const before = await checkpoint();
    await stage(3);
    await expect.poll(async () => (await checkpoint()).size, { timeout: 5_000 }).toBe(before.size + 3);
  });

  it('serves tiles, inclusion and consistency proofs that verify', async () => {
    const first = await checkpoint();
    await stage(300);
    await publish();
    const second = await checkpoint();
    expect(second.size).toBe(first.size + 300);
    const full = await authority.app.inject({ method: 'GET', url: '/log/tile/entries/000' });
    expect(full.headers['cache-control']).toContain('immutable');
    const entries = decodeEntryTile(full.rawPayload, 256);
    for (const index of [0, first.size, 255]) {
      verifyInclusion({
        leafHash: hashLeaf(entries[index] ?? new Uint8Array()),
        index,
        size: second.size,
        root: second.root,
        proof: await proof(`/v1/ledger/proof/inclusion?index=${String(index)}&size=${String(second.size)}`),
      });
    }
    verifyConsistency({
      first: first.size,
      second: second.size,
      firstRoot: first.root,
      secondRoot: second.root,
      proof: await proof(
        `/v1/ledger/proof/consistency?first=${String(first.size)}&second=${String(second.size)}`,
      ),
    });
    const width = second.size % 256;
    const partial = await authority.app.inject({ method: 'GET', url: `/log/tile/0/001.p/${String(width)}` });
    expect(partial.rawPayload).toHaveLength(width * 32);
    const narrower = await authority.app.inject({ method: 'GET', url: '/log/tile/0/001.p/1' });
    expect(narrower.rawPayload).toEqual(partial.rawPayload.subarray(0, 32));
  });

  it.each([
    '/log/tile/0/999',
    '/log/tile/0/000.p/0',
    '/log/tile/0/00',
    '/log/tile/00/000',
    '/log/tile/9/000',
    '/log/tile/entries/x000/001',
    '/log/tile/0/x001/x002/x003/x004/x005/x006/x007/008',
  ])('answers %s with 404', async (url) => {
    expect((await authority.api.get(url)).status).toBe(404);
  });

  it('shows nothing that is not published yet', async () => {
    const { size } = await checkpoint();
    const width = (size % 256) + 1;
    expect((await authority.api.get(`/log/tile/0/001.p/${String(width)}`)).status).toBe(404);
    const beyond = await authority.api.get(
      `/v1/ledger/proof/inclusion?index=${String(size)}&size=${String(size + 1)}`,
    );
    expect(beyond).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });

  it.each(['index=-1&size=2', 'index=0', 'index=0&size=1&extra=1', 'index=1e3&size=5', 'index=5&size=5'])(
    'refuses the proof request %s',
    async (query) => {
      expect((await authority.api.get(`/v1/ledger/proof/inclusion?${query}`)).status).toBe(400);
    },
  );

  it('shares one batch between concurrent callers and loses none', async () => {
    const { size } = await checkpoint();
    await Promise.all(Array.from({ length: 20 }, () => stage(1).then(publish)));
    expect((await checkpoint()).size).toBe(size + 20);
  });
});
