import { describe, expect, it, vi } from 'vitest';
import { PermitError, type PermitStatus, type VerifiedPermit } from '@guise/permit';
import { createFakeClock, type FakeClock } from '@guise/testing';
import { RenewalRefused } from './errors.js';
import { createGate } from './gate.js';
import { createPermitKeeper } from './permit-keeper.js';
import type { LeaseState, PermitSource } from './ports.js';
import { AVATAR_SHA256, permit, SESSION_NUMBER, TEMPLATE_SHA256 } from './testing/permits.js';
import { lease, runtimeClock, VALID } from './testing/world.js';

const TTL_SECONDS = 30;

/** A keeper whose frame loop ticks every 100 ms; the gate is asked about an empty picture. */
async function setUp(
  source: Partial<{
    renew: PermitSource['renew'];
    status: PermitSource['status'];
    lease: (clock: FakeClock) => Promise<LeaseState>;
  }>,
) {
  const clock = createFakeClock();
  const gate = createGate(runtimeClock(clock), {
    avatarSha256: AVATAR_SHA256,
    templateSha256: TEMPLATE_SHA256,
    sessionNumber: SESSION_NUMBER,
  });
  const faults: [step: string, error: unknown][] = [];
  const state = { asked: 0 };
  const fresh = () => permit({ nowSeconds: clock.nowSeconds(), ttlSeconds: TTL_SECONDS });
  const renew = source.renew ?? fresh;
  const first = await fresh();
  const keeper = createPermitKeeper({
    gate,
    source: {
      lease: () => source.lease?.(clock) ?? Promise.resolve(lease(clock)),
      renew: () => {
        state.asked += 1;
        return renew();
      },
      status: source.status ?? (() => Promise.resolve(VALID)),
      watch: () => () => undefined,
    },
    first,
    monotonicMs: () => clock.monotonicMs(),
    onFault: (step, error) => faults.push([step, error]),
  });
  await keeper.start();
  /** Why the gate is shut to an empty picture: `no-face` says that all else holds. */
  const reason = async () => {
    const answer = await gate.ask(() =>
      Promise.resolve({ presence: { kind: 'no-face' }, wearer: 'unchecked' } as const),
    );
    return answer.open ? 'open' : answer.reason;
  };
  const pass = async (seconds: number) => {
    for (let ms = 0; ms < seconds * 1000; ms += 100) {
      clock.advanceMs(100);
      keeper.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, keeper, faults, state, fresh, reason, pass, first: first.claims.jti };
}

describe('a renewal', () => {
  it.each([
    ['denied', new RenewalRefused('no-permit'), 'no-permit'],
    ['withdrawn', new RenewalRefused('permit-revoked'), 'permit-revoked'],
    ['signed by a foreign key', new PermitError('unknown-key'), 'no-permit'],
    ['made for another device', new PermitError('key-mismatch'), 'no-permit'],
  ])(
    '%s shuts the gate at once, while the old permit still runs, and for good',
    async (_name, error, why) => {
      const { keeper, faults, state, reason, pass } = await setUp({ renew: () => Promise.reject(error) });
      await pass((TTL_SECONDS * 2) / 3 - 1);
      expect(await reason()).toBe('no-face');
      expect(state.asked).toBe(0);
      // The first renewal is due at two thirds of the permit's life: ten seconds are left of it.
      await pass(1.2);
      expect(await reason()).toBe(why);
      await pass(30);
      expect(await reason()).toBe(why);
      expect(state.asked).toBe(1);
      expect(keeper.renewals).toBe(0);
      expect(faults).toEqual([['renew', error]]);
    },
  );

  it.each([
    ['no answer', new Error('unreachable')],
    ['a permit from the future', new PermitError('not-yet-valid')],
    ['a permit that has ended', new PermitError('expired')],
  ])('with %s is told and repeated, and the gate stays open', async (_name, error) => {
    let failures = 3;
    const world: Awaited<ReturnType<typeof setUp>> = await setUp({
      renew: (): Promise<VerifiedPermit> => {
        failures -= 1;
        return failures < 0 ? world.fresh() : Promise.reject(error);
      },
    });
    await world.pass(TTL_SECONDS - 2);
    expect(world.faults).toEqual(Array(3).fill(['renew', error]));
    // Signing is real work, not counted in the fake time.
    await vi.waitFor(() => {
      expect(world.keeper.renewals).toBe(1);
    });
    await world.pass(5);
    expect(await world.reason()).toBe('no-face');
  });
});

describe('a lease', () => {
  it('not had is told and asked for again', async () => {
    const away = new Error('unreachable');
    let questions = 0;
    const { keeper, faults, reason, pass } = await setUp({
      lease: (clock) => {
        questions += 1;
        return questions === 2 ? Promise.reject(away) : Promise.resolve(lease(clock));
      },
    });
    await pass(7);
    expect(faults).toEqual([['lease', away]]);
    expect(questions).toBe(3);
    expect(await reason()).toBe('no-face');
    expect(keeper.renewals).toBe(0);
  });
});

describe('a status list', () => {
  it('is looked into when a permit comes, and again when it should be fresh', async () => {
    const asked: string[] = [];
    const { keeper, first, pass, reason } = await setUp({
      status: (of) => {
        asked.push(of.claims.jti);
        return Promise.resolve({ ...VALID, refreshSeconds: 7 });
      },
    });
    await pass(15);
    expect(asked).toEqual([first, first, first]);
    await pass(8);
    await vi.waitFor(() => {
      expect(keeper.renewals).toBe(1);
    });
    expect(new Set(asked).size).toBe(2);
    expect(await reason()).toBe('no-face');
  });

  it.each(['invalid', 'suspended'] as const)('that says %s shuts the gate for good', async (status) => {
    let now: PermitStatus = 'valid';
    const { reason, pass } = await setUp({
      status: () => Promise.resolve({ ...VALID, status: now, refreshSeconds: 5 }),
    });
    await pass(2);
    now = status;
    await pass(4);
    expect(await reason()).toBe('permit-revoked');
    now = 'valid';
    await pass(8);
    expect(await reason()).toBe('permit-revoked');
  });

  it('not had is told and asked for again, until the last one is too old: no permit lasts without', async () => {
    let away = false;
    const { faults, reason, pass, state } = await setUp({
      status: () =>
        away
          ? Promise.reject(new Error('unreachable'))
          : Promise.resolve({ ...VALID, refreshSeconds: 4, freshSeconds: 12 }),
    });
    away = true;
    await pass(11);
    expect(await reason()).toBe('no-face');
    await pass(1);
    expect(await reason()).toBe('status-unknown');
    expect(faults.map(([step]) => step)).toEqual(['status', 'status', 'status', 'status', 'status']);
    // A renewed permit whose status is not known is not taken, and asked for again.
    await pass(12);
    expect(await reason()).toBe('status-unknown');
    expect(state.asked).toBeGreaterThan(0);
    away = false;
    await pass(3);
    await vi.waitFor(async () => {
      expect(await reason()).toBe('no-face');
    });
  });
});
