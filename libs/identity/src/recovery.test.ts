import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdentityError } from './errors.js';
import {
  decideRecoveryApproval,
  decideRecoveryCancel,
  decideRecoveryPart,
  decideRecoveryRequest,
  decideRecoveryUse,
  RECOVERY_DELAY_SECONDS,
  type RecoveryCase,
} from './recovery.js';

const PERSON = 'person';
const CALLERS = [PERSON, 'admin a', 'admin b', 'admin c'] as const;
const caller = fc.constantFrom(...CALLERS);
const step = fc.oneof(
  fc.record({ what: fc.constantFrom('approve', 'part', 'use', 'cancel'), by: caller }),
  fc.record({ what: fc.constant('wait'), by: caller, seconds: fc.nat(3 * RECOVERY_DELAY_SECONDS) }),
);

const refusalOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (error instanceof IdentityError) return error.code;
    throw error;
  }
};

describe('a recovery', () => {
  it('is never used without two other admins and a day, whatever is tried in whatever order', () => {
    fc.assert(
      fc.property(caller, fc.array(step, { maxLength: 14 }), (asker, steps) => {
        if (asker === PERSON) {
          expect(refusalOf(() => decideRecoveryRequest(PERSON, asker, 0))).toBe('maker-is-checker');
          return;
        }
        let now = 0;
        let state: RecoveryCase = decideRecoveryRequest(PERSON, asker, now);
        let approval: { readonly by: string; readonly at: number } | undefined;
        let cancelled = false;
        const parts = new Map<string, string>();
        for (const one of steps) {
          if ('seconds' in one) {
            now += one.seconds;
            continue;
          }
          refusalOf(() => {
            if (one.what === 'approve') {
              state = decideRecoveryApproval(state, one.by, now);
              approval = { by: one.by, at: now };
            } else if (one.what === 'part') {
              parts.set(decideRecoveryPart(state, one.by, now), one.by);
            } else if (one.what === 'cancel') {
              state = decideRecoveryCancel(state, now);
              cancelled = true;
            } else {
              state = decideRecoveryUse(state, now);
              expect(cancelled).toBe(false);
              expect(approval).toBeDefined();
              expect([PERSON, asker]).not.toContain(approval?.by);
              expect(now - (approval?.at ?? now)).toBeGreaterThanOrEqual(RECOVERY_DELAY_SECONDS);
            }
          });
          expect(parts.get('requester') ?? asker).toBe(asker);
          expect(parts.get('approver') ?? approval?.by).toBe(approval?.by);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('can be used from the first second after the delay until a week later', () => {
    const approved = decideRecoveryApproval(decideRecoveryRequest(PERSON, 'admin a', 0), 'admin b', 0);
    const use = (now: number) => refusalOf(() => decideRecoveryUse(approved, now));
    expect(use(RECOVERY_DELAY_SECONDS - 1)).toBe('conflict');
    expect(use(RECOVERY_DELAY_SECONDS)).toBe('none');
    expect(use(approved.expiresAt - 1)).toBe('none');
    expect(use(approved.expiresAt)).toBe('conflict');
  });

  it('is used and approved once', () => {
    const requested = decideRecoveryRequest(PERSON, 'admin a', 0);
    const approved = decideRecoveryApproval(requested, 'admin b', 0);
    expect(refusalOf(() => decideRecoveryApproval(approved, 'admin c', 1))).toBe('conflict');
    const used = decideRecoveryUse(approved, RECOVERY_DELAY_SECONDS);
    expect(refusalOf(() => decideRecoveryUse(used, RECOVERY_DELAY_SECONDS))).toBe('conflict');
    expect(refusalOf(() => decideRecoveryCancel(used, RECOVERY_DELAY_SECONDS))).toBe('conflict');
  });
});
