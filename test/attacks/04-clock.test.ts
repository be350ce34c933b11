/** THREATS 4: a wrong or turned clock. Defence: the server's time decides; 10 s ahead is tolerated, 61 s never. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askPermit,
  openTestSession,
  openWearing,
  testDatabases,
  testEpoch,
  type Wearing,
} from '@guise/authority/testing';
import { permitResponse } from '@guise/protocol';

describe.each(await testDatabases())('a wrong clock on %s', (kind) => {
  let wearing: Wearing;
  beforeAll(async () => {
    wearing = await openWearing(kind);
  });
  afterAll(() => wearing.organisation.authority.close());

  it.each([
    [-61, 401],
    [-11, 401],
    [-10, 200],
    [0, 200],
    [10, 200],
    [60, 200],
    [61, 401],
  ])('a proof %i s old is answered with %i', async (ageSeconds, status) => {
    const { authority } = wearing.organisation;
    const session = await openTestSession(authority, wearing.device, wearing.avatar, {
      seed: `age ${String(ageSeconds)}`,
    });
    const answer = await wearing.device.call('GET', `/v1/sessions/${session.id}/lease`, undefined, {
      ageSeconds,
    });
    expect(answer.status).toBe(status);
  });

  it.each([
    [-61, false],
    [-11, false],
    [-10, true],
    [60, true],
    [61, false],
  ])('a session opening %i s old opens: %s', async (age, opens) => {
    const { authority } = wearing.organisation;
    const iat = authority.clock.nowSeconds() - age;
    const { answer } = await askPermit(authority, wearing.device, wearing.avatar, { opening: { iat } });
    expect(permitResponse.safeParse(answer.body).success).toBe(opens);
  });

  it('evidence can be dated neither before the session nor into the future', async () => {
    const { authority } = wearing.organisation;
    const session = await openTestSession(authority, wearing.device, wearing.avatar, { seed: 'dated' });
    const now = authority.clock.nowSeconds();
    for (const [offset, accepted] of [
      [-61, false],
      [-11, false],
      [11, false],
      [61, false],
      [-10, true],
    ] as const) {
      const epochs = [testEpoch(0, now, { renderedAt: now + offset })];
      const answer = await session.submit(await session.segment([], { epochs }));
      expect(answer.status === 201, String(offset)).toBe(accepted);
    }
  });

  it('no clock of a device stretches a permit: its life is the server’s', async () => {
    const { authority } = wearing.organisation;
    const iat = authority.clock.nowSeconds() + 10;
    const { answer } = await askPermit(authority, wearing.device, wearing.avatar, {
      opening: { iat },
      seed: 'ahead',
    });
    const { expiresAt } = permitResponse.parse(answer.body);
    expect(expiresAt - authority.clock.nowSeconds()).toBe(300);
  });
});
