import {
  openTestSession,
  pairDevice,
  provisioningToken,
  ScimClient,
  type ServedWearing,
  type TestSession,
} from '@guise/authority/testing';
import { createWire, openLiveRuntime, type LiveRuntime, type Wire } from './live-runtime.js';
import { quantiles, sleep } from './measure.js';

const SESSIONS = 200;
/** Below the streams that one device may have open. */
const PER_DEVICE = 2;
const TICK_MS = 100;
const WAIT_MS = 30_000;

interface Watched {
  readonly live: LiveRuntime;
  readonly wire: Wire;
  /** When the gate was seen shut, on the clock of `performance`. */
  shutMs: number | null;
}

/**
 * Runtimes of real sessions with gate, lease, status list and event stream over HTTP, all in this process. Their gates are
 * asked all the time, as frames do; measured is when each answers that it is shut.
 */
export async function measureRevocation(wearing: ServedWearing) {
  const sessions = await openSessions(wearing);
  const cut = await withRuntimes(sessions, (watched) => {
    for (const { wire } of watched) wire.cut();
    return Promise.resolve();
  });
  // The authority notices that the streams are gone.
  await sleep(1_000);
  const { authority, executive } = wearing.organisation;
  const withdraw = `/v1/consents/${wearing.avatar.consent ?? ''}/withdraw`;
  const pushed = await withRuntimes(sessions, async () => {
    const { status } = await authority.api.post(withdraw, {}, { token: executive.token });
    if (status >= 300) throw new Error('the consent could not be withdrawn');
  });
  const { p50Ms, p99Ms } = quantiles(pushed);
  return { sessions: SESSIONS, p50Ms, p99Ms, networkCutP99Ms: quantiles(cut).p99Ms };
}

/** As many runtimes of one person, whom the organisation's directory deletes over SCIM: from its request to shut gates. */
export async function measureDeprovisioning(wearing: ServedWearing) {
  const { authority, adminA, employee } = wearing.organisation;
  const scim = new ScimClient(authority, await provisioningToken(authority, adminA));
  const expected = await authority.api.post(
    `/v1/persons/${employee.id}/adoption`,
    { userName: 'wearer' },
    { token: adminA.token },
  );
  const adopted = await scim.create({ userName: 'wearer' });
  if (expected.status >= 300 || adopted.status >= 300) throw new Error('the wearer could not be provisioned');
  const sessions = await openSessions(wearing);
  const shut = await withRuntimes(sessions, async () => {
    const { status } = await scim.call('DELETE', `Users/${employee.id}`);
    if (status >= 300) throw new Error('the wearer could not be deprovisioned');
  });
  const { p50Ms, p99Ms } = quantiles(shut);
  // A runtime that is told so by its device's refusal is faster than the session's own end.
  const deadline = performance.now() + WAIT_MS;
  const live = () => authority.database.client.wearSession.count({ where: { state: 'live' } });
  while ((await live()) > 0 && performance.now() < deadline) await sleep(TICK_MS);
  return { sessions: SESSIONS, p50Ms, p99Ms, sessionsLeft: await live() };
}

interface OpenSession {
  readonly wearing: ServedWearing;
  readonly session: TestSession;
}

async function openSessions(wearing: ServedWearing): Promise<readonly OpenSession[]> {
  const { authority, employee } = wearing.organisation;
  const opened: OpenSession[] = [];
  while (opened.length < SESSIONS) {
    const device = await pairDevice(authority, employee, `bench ${String(opened.length)}`);
    for (let i = 0; i < PER_DEVICE; i += 1) {
      const own = { ...wearing, device };
      opened.push({ wearing: own, session: await openTestSession(authority, device, wearing.avatar) });
    }
  }
  return opened;
}

/** @returns milliseconds from `act` to each gate being shut */
async function withRuntimes(
  sessions: readonly OpenSession[],
  act: (watched: readonly Watched[]) => Promise<void>,
): Promise<readonly number[]> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const watched: Watched[] = [];
  for (const { wearing, session } of sessions) {
    const wire = createWire();
    const nowSeconds = () => wearing.organisation.authority.clock.nowSeconds();
    watched.push({
      live: await openLiveRuntime(wearing, session, { clock, wire, nowSeconds }),
      wire,
      shutMs: null,
    });
    // Those that are open already keep their leases meanwhile.
    for (const { live } of watched) live.keeper.tick();
  }
  const look = async (): Promise<void> => {
    for (const each of watched) {
      if (each.shutMs !== null) continue;
      each.live.keeper.tick();
      if ((await each.live.reason()) !== 'no-face') each.shutMs = performance.now();
    }
  };
  await untilOpen(watched);
  const start = performance.now();
  const acting = act(watched);
  while (watched.some(({ shutMs }) => shutMs === null) && performance.now() - start < WAIT_MS) {
    await look();
    await sleep(1);
  }
  await acting;
  for (const { live } of watched) live.keeper.stop();
  return watched.map(({ shutMs }) => (shutMs ?? Number.POSITIVE_INFINITY) - start);
}

/** Leases that a slow machine let go come back by themselves; then every gate is open, and every stream. */
async function untilOpen(watched: readonly Watched[]): Promise<void> {
  const deadline = performance.now() + 2 * WAIT_MS;
  for (let quietMs = 0; quietMs < 3_000; quietMs += TICK_MS) {
    if (performance.now() > deadline)
      throw new Error('the machine is too slow: gates shut before their time');
    for (const { live } of watched) {
      live.keeper.tick();
      if ((await live.reason()) !== 'no-face') quietMs = 0;
    }
    await sleep(TICK_MS);
  }
}
