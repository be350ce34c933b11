import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAlive, isFreshlyVerified, needsTouch, STEP_UP_SECONDS, type SignInState } from './sign-in.js';

const IDLE_MS = 3_600_000;
const signIn: SignInState = { lastUsedAtMs: 0, expiresAtMs: 8 * IDLE_MS, verifiedAtMs: 0 };

describe('a sign-in', () => {
  it('ends at its idle limit and at its end, whichever comes first', () => {
    expect(isAlive(signIn, IDLE_MS, IDLE_MS - 1)).toBe(true);
    expect(isAlive(signIn, IDLE_MS, IDLE_MS)).toBe(false);
    const used = { ...signIn, lastUsedAtMs: signIn.expiresAtMs - 1 };
    expect(isAlive(used, IDLE_MS, signIn.expiresAtMs - 1)).toBe(true);
    expect(isAlive(used, IDLE_MS, signIn.expiresAtMs)).toBe(false);
  });

  it('that is used often enough lives until its end, although not every use is written down', () => {
    const gap = fc.integer({ min: 1, max: Math.floor(IDLE_MS * 0.9) });
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 60 }), (gaps) => {
        let state = signIn;
        let now = 0;
        for (const pause of gaps) {
          now += pause;
          expect(isAlive(state, IDLE_MS, now)).toBe(now < state.expiresAtMs);
          if (needsTouch(state, IDLE_MS, now)) state = { ...state, lastUsedAtMs: now };
        }
      }),
    );
  });

  it('counts as freshly verified for five minutes, and not from the future', () => {
    const now = 1_000_000;
    const at = (verifiedAtMs: number) => isFreshlyVerified({ verifiedAtMs }, now);
    expect([at(now), at(now - STEP_UP_SECONDS * 1000), at(now + 10_000)]).toEqual([true, true, true]);
    expect([at(now - STEP_UP_SECONDS * 1000 - 1), at(now + 10_001)]).toEqual([false, false]);
  });
});
