import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideThrottle, THROTTLE_LIMITS, THROTTLE_WINDOW_SECONDS } from './throttle.js';

describe('the throttle of sign-ins', () => {
  it.each(['account', 'network'] as const)('of an %s lets its limit through and no more', (scope) => {
    const limit = THROTTLE_LIMITS[scope];
    expect(decideThrottle(scope, { attempts: limit, since: 100 }, 100)).toBeNull();
    expect(decideThrottle(scope, { attempts: limit + 1, since: 100 }, 100)).toBe(THROTTLE_WINDOW_SECONDS);
    expect(decideThrottle(scope, { attempts: limit + 1, since: 100 }, 990)).toBe(10);
  });

  it('always says a wait of at least a second', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (since, nowSeconds) => {
        const wait = decideThrottle('account', { attempts: THROTTLE_LIMITS.account + 1, since }, nowSeconds);
        expect(wait).toBeGreaterThan(0);
      }),
    );
  });
});
