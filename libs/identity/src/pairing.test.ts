import { deviceAuthorizationResponse } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdentityError } from './errors.js';
import { decidePoll, drawUserCode, type PairingState } from './pairing.js';

const pending: PairingState = {
  state: 'pending',
  expiresAtMs: 600_000,
  lastPolledAtMs: null,
  intervalSeconds: 2,
};

describe('user codes', () => {
  it('have the form that the interface promises, whatever the randomness', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (stream) => {
        const code = drawUserCode((length) => Uint8Array.from({ length }, () => Number(stream.next().value)));
        expect(deviceAuthorizationResponse.shape.user_code.safeParse(code).success).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('do not favour letters', () => {
    let next = 0;
    const counts = new Map<string, number>();
    for (let i = 0; i < 2_000; i++) {
      const code = drawUserCode((length) => Uint8Array.from({ length }, () => (next++ * 101) & 255));
      for (const letter of code.replace('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(20);
    for (const count of counts.values()) expect(count).toBeGreaterThan(700);
  });
});

describe('polls', () => {
  it('wait while nobody confirmed', () => {
    expect(decidePoll(pending, 1_000)).toMatchObject({
      outcome: 'wait',
      intervalSeconds: 2,
      error: { code: 'device-pending' },
    });
  });

  it('are slowed down by five seconds when they come too fast', () => {
    expect(decidePoll({ ...pending, lastPolledAtMs: 1_000 }, 2_999)).toMatchObject({
      outcome: 'wait',
      intervalSeconds: 7,
      error: { code: 'rate-limited' },
    });
    expect(decidePoll({ ...pending, lastPolledAtMs: 1_000 }, 3_000)).toMatchObject({ intervalSeconds: 2 });
  });

  it('issue once confirmed, and never after the end or a second time', () => {
    expect(decidePoll({ ...pending, state: 'approved' }, 1_000)).toEqual({ outcome: 'issue' });
    for (const state of ['pending', 'approved'] as const) {
      expect(() => decidePoll({ ...pending, state }, 600_000)).toThrow(IdentityError);
    }
    expect(() => decidePoll({ ...pending, state: 'consumed' }, 1_000)).toThrow('device-expired');
  });
});
