import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicApi, createTransport } from '@guise/api-client';
import { parseVerifierKey, verifyCheckpoint } from '@guise/ledger';
import { proofBundle, trustRoot } from '@guise/protocol';
import type { ProofResult } from '@guise/verification';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLedgerPin, seenLedger } from '../home/ledger-pin.js';
import { openFakeAuthority, type FakeAuthority } from '../testing/fake-authority.js';
import { checkProof } from './check-proof.js';

let home = '';
let authority: FakeAuthority;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'guise-check-proof-'));
  authority = await openFakeAuthority();
});
afterEach(async () => {
  authority.close();
  await rm(home, { recursive: true, force: true });
});

const pinFile = (): string => join(home, 'ledger-pin.note');
const pinNow = (): Promise<void> => writeFile(pinFile(), authority.ledger().note, { mode: 0o600 });
/** A bundle under the checkpoint shown now; it holds no entry, which is a fault of its own and no fork. */
const bundleNow = () =>
  proofBundle.parse({
    format: 'guise-proof/1',
    mediaSha256: '00'.repeat(32),
    session: 1,
    checkpoint: authority.ledger().note,
    entries: [],
    permits: [],
  });

async function check(bundle = bundleNow(), online = true): Promise<ProofResult | null> {
  const api = createPublicApi(createTransport({ baseUrl: authority.url }));
  const trust = trustRoot.parse(await api.trustRoot());
  const pin = createLedgerPin(home, api, trust.ledgerKey);
  const ledger = { seen: await seenLedger(home, trust.ledgerKey), accept: online ? pin.accept : null };
  return checkProof({ report: null, bundle, trust, ledger }, { witnessesNeeded: 0 });
}
const pinnedOf = (result: ProofResult | null) =>
  result?.checks.find(({ name }) => name === 'checkpoint-pinned');

describe('the ledger that a proof leads to', () => {
  it('is kept the first time, and nothing is claimed about the past', async () => {
    expect(pinnedOf(await check())).toMatchObject({ state: 'skipped' });
    expect(await readFile(pinFile(), 'utf8')).toBe(authority.ledger().note);
  });

  it('continues what was seen: the check is told as made, and the pin advances', async () => {
    await pinNow();
    await authority.showLedger(8);
    const result = await check();
    expect(pinnedOf(result)).toEqual({
      name: 'checkpoint-pinned',
      state: 'passed',
      detail: 'size 8 continues size 3, which was seen before',
    });
    expect(result?.outcome).toBe('invalid');
    expect(await readFile(pinFile(), 'utf8')).toBe(authority.ledger().note);
  });

  it.each([
    ['forked at the same size', 3, 'another', /rewritten/],
    ['forked and grown', 8, 'another', /rewritten/],
    ['rolled back', 2, 'honest', /size 2, but size 3 was seen before/],
  ])('%s: diverged, and the old pin stays', async (_, size, history, words) => {
    await pinNow();
    const before = await readFile(pinFile(), 'utf8');
    await authority.showLedger(size, history);
    const result = await check();
    expect(result).toMatchObject({ outcome: 'diverged', exitCode: 30 });
    expect(pinnedOf(result)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(words) as unknown,
    });
    expect(await readFile(pinFile(), 'utf8')).toBe(before);
  });

  it('does not take the place of another ledger that is pinned', async () => {
    const text = authority.ledger().note.replaceAll('guise.test/log', 'other.test/log');
    await writeFile(pinFile(), text, { mode: 0o600 });
    expect(pinnedOf(await check())).toMatchObject({ state: 'skipped' });
    expect(await readFile(pinFile(), 'utf8')).toBe(text);
  });

  it('is compared offline only at equal size', async () => {
    await pinNow();
    expect(pinnedOf(await check(bundleNow(), false))).toMatchObject({ state: 'passed' });
    await authority.showLedger(8);
    expect(pinnedOf(await check(bundleNow(), false))).toMatchObject({ state: 'skipped' });
    await authority.showLedger(3, 'another');
    expect(await check(bundleNow(), false)).toMatchObject({ outcome: 'diverged', exitCode: 30 });
  });

  it('stays pinned where another process saw more meanwhile', async () => {
    const early = authority.ledger().note;
    const api = createPublicApi(createTransport({ baseUrl: authority.url }));
    await authority.showLedger(8);
    await pinNow();
    const pin = createLedgerPin(home, api, authority.ledgerKey);
    await pin.accept(verifyCheckpoint(early, parseVerifierKey(authority.ledgerKey)));
    expect(await readFile(pinFile(), 'utf8')).toBe(authority.ledger().note);
  });
});
