import { DEFAULT_POLICY } from '@guise/consent';
import { parsePayload } from '@guise/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExpiryService } from '../avatars/expiry.service.js';
import { RetentionService } from './retention.service.js';
import {
  activeExecutiveAvatar,
  openTestOrganisation,
  testDatabases,
  type TestOrganisation,
} from '../testing/index.js';

const DAY_SECONDS = 24 * 3600;

describe.each(await testDatabases())('retention on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const sweep = () => org.authority.app.get(RetentionService, { strict: false }).sweep();
  const log = async () => {
    const rows = await org.authority.database.client.ledgerEntry.findMany({
      where: { kind: 'retention' },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ payload }) => parsePayload(payload ?? new Uint8Array()));
  };

  it('destroys what is past its period, by itself, and says how much', async () => {
    const { client } = org.authority.database;
    const { api, clock } = org.authority;
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const request = {
      avatar,
      reason: 'To stand in.',
      purposes: ['meeting'],
      audience: ['internal'],
      notAfter: clock.nowSeconds() + 3600,
    };
    await api.post('/v1/consent-requests', request, { token: org.employee.token });
    await api.post(`/v1/avatars/${avatar}/withdraw`, {}, { token: org.executive.token });
    const stateOf = async () => (await client.avatar.findUniqueOrThrow({ where: { id: avatar } })).state;
    const { endedAvatarDays, decisionDays } = DEFAULT_POLICY.retention;

    await sweep();
    expect([await stateOf(), await log()]).toEqual(['withdrawn', []]);

    clock.advanceSeconds(endedAvatarDays * DAY_SECONDS + 1);
    await sweep();
    expect(await stateOf()).toBe('erased');
    expect(await log()).toMatchObject([{ what: 'avatar-bundles', count: 1, policyVersion: 0 }]);
    expect(await client.ledgerEntry.count({ where: { kind: 'erasure', topic: org.executive.id } })).toBe(1);

    const decisions = await client.decision.count();
    expect(decisions).toBeGreaterThan(4);
    clock.advanceSeconds(decisionDays * DAY_SECONDS);
    await org.authority.app.get(ExpiryService, { strict: false }).sweep();
    await sweep();
    expect(await client.decision.count()).toBe(0);
    expect(await client.consentRequest.count()).toBe(0);
    expect((await log()).slice(1)).toMatchObject([
      { what: 'consent-requests', count: 1 },
      { what: 'decisions', count: decisions },
    ]);
    const entries = (await log()).length;
    await sweep();
    expect(await log()).toHaveLength(entries);
  });
});
