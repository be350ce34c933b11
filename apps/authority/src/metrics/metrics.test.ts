import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { Reconciliation } from '../reconciliation/reconciliation.service.js';
import { freePort, openWearing, testDatabases, type Wearing } from '../testing/index.js';
import { Metrics } from './metrics.js';

/** Value of one series of the text format; undefined when there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe.each(await testDatabases())('metrics on %s', (kind) => {
  let wearing: Wearing;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${String(port)}/metrics`;
    wearing = await openWearing(kind, { env: { GUISE_METRICS_PORT: String(port) } });
  });
  afterAll(() => wearing.organisation.authority.close());

  const scrape = async () => {
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    return answer.text();
  };
  const app = () => wearing.organisation.authority.app;

  it('are in the text format, with what the process and its event loop do', async () => {
    const text = await scrape();
    for (const line of text.split('\n'))
      expect(line).toMatch(/^(#.*|[a-z_][a-z0-9_]*(\{[^{}]*\})? (-?[\d.e+-]+|NaN|\+Inf)|)$/);
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds', 'guise_database_up'])
      expect(text).toContain(`# TYPE ${name} `);
  });

  it('time requests by route template and class of status', async () => {
    const { api } = wearing.organisation.authority;
    const { token } = wearing.organisation.executive;
    const { id } = wearing.avatar;
    const counted = async (status: string) =>
      valueOf(
        await scrape(),
        `guise_http_request_duration_seconds_count{method="GET",route="/v1/avatars/:id",status="${status}"}`,
      ) ?? 0;
    const [good, bad] = [await counted('2xx'), await counted('4xx')];
    await api.get(`/v1/avatars/${id}`, { token });
    await api.get(`/v1/avatars/${id}`);
    await expect.poll(() => counted('2xx')).toBe(good + 1);
    await expect.poll(() => counted('4xx')).toBe(bad + 1);
    expect(await scrape()).toMatch(/guise_problems_total\{code="unauthenticated"\} [1-9]/);
  });

  it('count permits as issued, or refused by the first reason', async () => {
    const issued = 'guise_permits_total{outcome="issued",reason="none"}';
    const before = valueOf(await scrape(), issued) ?? 0;
    await wearing.open('counted');
    await expect.poll(async () => valueOf(await scrape(), issued)).toBe(before + 1);
    const wish = { avatar: wearing.avatar.id, purpose: 'telemedicine', audience: 'internal' };
    const session = await wearing.open('other');
    const refused = await wearing.device.call('POST', '/v1/permits', {
      ...wish,
      session: session.session.id,
    });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const code = String(Reflect.get(Object(refused.body), 'code'));
    const reasons: unknown = Reflect.get(Object(refused.body), 'reasons');
    const reason = Array.isArray(reasons) ? String(Reflect.get(Object(reasons[0]), 'code')) : code;
    const series = `guise_permits_total{outcome="refused",reason="${reason}"}`;
    await expect.poll(async () => valueOf(await scrape(), series)).toBe(1);
  });

  it('time how long the end of a session takes to be heard', async () => {
    const { authority, executive } = wearing.organisation;
    const count = async () => valueOf(await scrape(), 'guise_revocation_push_seconds_count') ?? 0;
    const before = await count();
    await wearing.open('withdrawn');
    const { consent } = wearing.avatar;
    const withdrawn = await authority.api.post(
      `/v1/consents/${consent ?? ''}/withdraw`,
      {},
      { token: executive.token },
    );
    expect(withdrawn.status).toBeLessThan(300);
    await expect.poll(count).toBeGreaterThan(before);
    expect(valueOf(await scrape(), 'guise_revocation_push_seconds_sum')).toBeGreaterThan(0);
    expect(valueOf(await scrape(), 'guise_event_streams_open')).toBe(0);
  });

  it('tell how far the ledger lags behind, and when it could not be extended', async () => {
    const sequencer = app().get(LedgerSequencer, { strict: false });
    const { clock, database } = wearing.organisation.authority;
    // Sessions that end are told of after the change that ended them.
    await expect
      .poll(async () => {
        await sequencer.publish();
        return valueOf(await scrape(), 'guise_ledger_entries_staged');
      })
      .toBe(0);
    const published = valueOf(await scrape(), 'guise_ledger_entries_published');
    expect(published).toBe(await database.client.ledgerEntry.count());
    const stopped = vi.spyOn(sequencer, 'wake').mockReturnValue();
    await wearing.organisation.authority.api.post(
      `/v1/avatars/${wearing.avatar.id}/erase`,
      {},
      { token: wearing.organisation.executive.token },
    );
    clock.advanceSeconds(7);
    const staged = valueOf(await scrape(), 'guise_ledger_entries_staged');
    expect(staged).toBe((await database.client.ledgerEntry.count()) - (published ?? 0));
    expect(staged).toBeGreaterThan(0);
    expect(valueOf(await scrape(), 'guise_ledger_oldest_staged_seconds')).toBe(7);
    stopped.mockRestore();
    await sequencer.publish();
    expect(valueOf(await scrape(), 'guise_ledger_oldest_staged_seconds')).toBe(0);

    expect(valueOf(await scrape(), 'guise_ledger_sequencer_errors_total')).toBe(0);
    const broken = vi
      .spyOn(database.client.ledgerHead, 'findUnique')
      .mockRejectedValueOnce(new Error('gone'));
    await expect(sequencer.publish()).rejects.toThrow();
    broken.mockRestore();
    expect(valueOf(await scrape(), 'guise_ledger_sequencer_errors_total')).toBe(1);

    const away = vi
      .spyOn(database.client.ledgerCheckpoint, 'findFirst')
      .mockRejectedValueOnce(new Error('away'));
    const without = await scrape();
    away.mockRestore();
    expect(valueOf(without, 'guise_database_up')).toBe(0);
    expect(valueOf(without, 'guise_ledger_entries_published')).toBeUndefined();
  });

  it('raise their hand when a record differs from the ledger', async () => {
    const { database } = wearing.organisation.authority;
    const reconciliation = app().get(Reconciliation, { strict: false });
    await reconciliation.sweep();
    expect(await scrape()).toMatch(/guise_reconciliations_total\{outcome="clean"\} 1\n/);
    await database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRawUnsafe(`UPDATE "Device" SET "personId" = reverse("personId")`);
    });
    await reconciliation.sweep();
    const text = await scrape();
    expect(text).toMatch(/guise_reconciliations_total\{outcome="differs"\} 1\n/);
    expect(valueOf(text, 'guise_reconciliation_findings{kind="device"}')).toBe(1);
  });

  it('count deliveries, and show the connections of a server', async () => {
    app().get(Metrics, { strict: false }).countDelivery('mail', 'given-up');
    const text = await scrape();
    expect(text).toContain('guise_notice_deliveries_total{channel="mail",outcome="given-up"} 1');
    const open = valueOf(text, 'guise_database_connections');
    if (kind === 'postgresql') expect(open).toBeGreaterThan(0);
    else expect(open).toBeUndefined();
  });
});
