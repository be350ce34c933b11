/** THREATS 11: a forger with disclosed epoch keys. Defence: keys come out only after their evidence is in a checkpoint. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  LedgerSequencer,
  openTestSession,
  openWearing,
  testDatabases,
  testEpoch,
  type Wearing,
} from '@guise/authority/testing';

describe.each(await testDatabases())('a key disclosed too early on %s', (kind) => {
  let wearing: Wearing;
  beforeAll(async () => {
    wearing = await openWearing(kind);
  });
  afterAll(() => wearing.organisation.authority.close());
  const open = (seed: string) =>
    openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar, { seed });
  const tooEarly = { status: 409, body: { code: 'key-too-early' } };

  it('is refused without any evidence, and for seconds beyond it', async () => {
    const session = await open('none');
    expect(await session.disclose(0)).toMatchObject(tooEarly);
    await session.submit(await session.segment([0, 1]));
    expect(await session.disclose(2)).toMatchObject(tooEarly);
    expect(await session.disclose(99)).toMatchObject(tooEarly);
    expect((await session.disclose(1)).status).toBe(204);
  });

  it('is refused while the evidence is stored but in no published checkpoint', async () => {
    const session = await open('unpublished');
    const segment = await session.segment([0]);
    // The log stands still: its disk is full, its key store does not answer.
    const outage = vi.spyOn(wearing.organisation.authority.app.get(LedgerSequencer), 'publish');
    outage.mockRejectedValue(new Error('the log stands still'));
    try {
      expect((await session.submit(segment)).status).toBe(500);
      expect(await session.disclose(0)).toMatchObject(tooEarly);
    } finally {
      outage.mockRestore();
    }
    expect((await session.submit(segment)).status).toBe(201);
    expect((await session.disclose(0)).status).toBe(204);
  });

  it('cannot be followed by evidence for the seconds it opens', async () => {
    const session = await open('backdated');
    await session.submit(await session.segment([3]));
    expect((await session.disclose(3)).status).toBe(204);
    for (const epoch of [0, 2, 3]) {
      const openedAt = wearing.organisation.authority.clock.nowSeconds() - epoch;
      const backdated = await session.segment([], { epochs: [testEpoch(epoch, openedAt)] });
      expect(await session.submit(backdated)).toMatchObject({ body: { code: 'evidence-invalid' } });
    }
  });
});
