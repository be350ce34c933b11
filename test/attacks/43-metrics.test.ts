/**
 * A stranger reads metrics, or makes them grow without bound. Defence: a port of their own that is off by default, a token
 * wherever others can reach it, and labels from closed sets, in which nobody is named.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, openWearing, parseConfig, testDatabases, type Wearing } from '@guise/authority/testing';

const TOKEN = 'scraper-'.repeat(4);

/** The status of a request with exactly these headers. */
function statusOf(port: number, headers: Record<string, string>, path = '/metrics'): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the port of the metrics', () => {
  it('is off by default, and asks for a token wherever it is not on this machine only', () => {
    expect(parseConfig({}).metrics).toBeNull();
    expect(parseConfig({ GUISE_METRICS_PORT: '9464' }).metrics).toEqual({
      ...{ host: '127.0.0.1', port: 9464, token: null },
    });
    const open = { GUISE_METRICS_PORT: '9464', GUISE_METRICS_HOST: '0.0.0.0' };
    expect(() => parseConfig(open)).toThrow('GUISE_METRICS_TOKEN');
    expect(() => parseConfig({ ...open, GUISE_METRICS_TOKEN: 'short' })).toThrow('GUISE_METRICS_TOKEN');
    expect(parseConfig({ ...open, GUISE_METRICS_TOKEN: TOKEN }).metrics?.token).toBe(TOKEN);
  });
});

describe.each((await testDatabases()).slice(0, 1))('metrics on %s', (kind) => {
  let wearing: Wearing;
  let guarded: Wearing;
  let port: number;
  let guardedPort: number;
  beforeAll(async () => {
    [port, guardedPort] = [await freePort(), await freePort()];
    wearing = await openWearing(kind, { env: { GUISE_METRICS_PORT: String(port) } });
    const env = { GUISE_METRICS_PORT: String(guardedPort), GUISE_METRICS_TOKEN: TOKEN };
    guarded = await openWearing(kind, { env });
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await guarded.organisation.authority.close();
  });

  it('are nowhere on the public port', async () => {
    const { api, routes } = wearing.organisation.authority;
    expect((await api.get('/metrics')).status).toBe(404);
    expect(routes.filter(({ path }) => path.includes('metrics'))).toEqual([]);
  });

  it('are given to who has the token, and to nobody by a name that was rebound to this machine', async () => {
    expect(await statusOf(guardedPort, {})).toBe(401);
    expect(await statusOf(guardedPort, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf(guardedPort, { authorization: `Bearer ${TOKEN}` })).toBe(200);
    expect(await statusOf(guardedPort, { authorization: `Bearer ${TOKEN}` }, '/other')).toBe(404);
    expect(await statusOf(port, {})).toBe(200);
    expect(await statusOf(port, { host: 'evil.example' })).toBe(401);
    expect(await statusOf(port, { host: `localhost.evil.example:${String(port)}` })).toBe(401);
  });

  it('name nobody, and do not grow with what strangers ask for', async () => {
    const { api } = wearing.organisation.authority;
    const scrape = async () => (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
    const { session } = await wearing.open('worn');
    await wearing.organisation.authority.api.get('/nowhere');
    const seriesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('guise_')).length;
    await api.get('/v1/avatars/ava_first');
    const before = seriesOf(await scrape());
    for (let i = 0; i < 50; i += 1) {
      const stranger = `stranger-${String(i)}`;
      await api.get(`/${stranger}/path`, { headers: { 'user-agent': stranger } });
      await api.get(`/v1/avatars/ava_${stranger}`, { token: stranger });
    }
    const text = await scrape();
    expect(seriesOf(text)).toBe(before);
    const { employee, executive, authority } = wearing.organisation;
    const secrets = [employee.id, executive.id, session.id, wearing.device.id, wearing.avatar.id];
    for (const secret of [...secrets, employee.token, 'Employee', 'stranger', authority.config.dataDir])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\b(per|dev|ses|ava|con)_[a-z0-9]{8}/);
  });
});
