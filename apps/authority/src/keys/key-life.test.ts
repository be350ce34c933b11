import type { SigningKeyRecord } from '@guise/persistence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideRotation,
  keyAt,
  PUBLISH_SECONDS,
  ROTATION_PAUSE_SECONDS,
  stateOfKey,
  toPinned,
} from './key-life.js';

const START = 1_793_534_400;
const jwk = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) } as const;
const first: SigningKeyRecord = {
  ...{ kid: 'k0', use: 'permit', storeId: 'permit', jwk, publishedAt: START, activeFrom: 0 },
  ...{ activeUntil: null, compromisedAt: null, requestedBy: null, destroyedAt: null },
};

/** What the service stores of a rotation. */
function apply(
  keys: readonly SigningKeyRecord[],
  asked: Parameters<typeof decideRotation>[1],
  now: number,
): readonly SigningKeyRecord[] {
  const rotation = decideRotation(keys, asked, now);
  if (typeof rotation === 'string') return keys;
  const ended = new Map(rotation.ended.map((end) => [end.keyId, end]));
  const kept = keys.map((key) => {
    const end = ended.get(key.kid);
    if (end === undefined) return key;
    return { ...key, activeUntil: end.until, compromisedAt: end.compromised ? now : key.compromisedAt };
  });
  const made = {
    ...first,
    kid: `k${String(keys.length)}`,
    publishedAt: now,
    activeFrom: rotation.activeFrom,
  };
  return [...kept, { ...made, requestedBy: asked.by }];
}

const step = fc.record({
  reason: fc.constantFrom('planned' as const, 'compromised' as const),
  by: fc.constantFrom('per_a', 'per_b', null),
  wait: fc.constantFrom(0, 1, PUBLISH_SECONDS - 1, PUBLISH_SECONDS, ROTATION_PAUSE_SECONDS),
});

describe('keys over any sequence of rotations', () => {
  it('one signs at every second, an end never moves later, and a compromised key never signs again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let keys: readonly SigningKeyRecord[] = [first];
        let now = START;
        for (const { reason, by, wait } of steps) {
          now += wait;
          const before = keys;
          keys = apply(keys, { reason, by, kid: keyAt(keys, now)?.kid ?? '' }, now);
          for (const at of [now, now + 1, now + PUBLISH_SECONDS - 1, now + PUBLISH_SECONDS]) {
            const signing = keys.filter(
              ({ activeFrom, activeUntil }) => activeFrom <= at && at < (activeUntil ?? Infinity),
            );
            expect(signing).toHaveLength(1);
            expect(signing[0]?.compromisedAt).toBeNull();
          }
          for (const old of before) {
            const still = keys.find(({ kid }) => kid === old.kid);
            expect(still?.activeUntil ?? Infinity).toBeLessThanOrEqual(old.activeUntil ?? Infinity);
          }
        }
      }),
    );
  });
});

describe('a rotation', () => {
  const at = START + 1_000_000;
  const planned = { reason: 'planned', kid: 'k0', by: 'per_a' } as const;
  const compromised = { reason: 'compromised', kid: 'k0', by: 'per_a' } as const;

  it('in its turn publishes first, and overlaps', () => {
    const keys = apply([first], planned, at);
    expect(keys.map((key) => stateOfKey(key, at))).toEqual(['current', 'next']);
    expect(keys.map((key) => stateOfKey(key, at + PUBLISH_SECONDS))).toEqual(['retired', 'current']);
    expect(keyAt(keys, at + PUBLISH_SECONDS - 1)?.kid).toBe('k0');
    expect(keyAt(keys, at + PUBLISH_SECONDS)?.kid).toBe('k1');
    expect(keys.map(toPinned)).toMatchObject([
      { kid: 'k0', notAfter: at + PUBLISH_SECONDS },
      { kid: 'k1', notBefore: at + PUBLISH_SECONDS },
    ]);
    expect(decideRotation(keys, planned, at + 1)).toBe('under-way');
    const next = { ...planned, kid: 'k1' };
    expect(decideRotation(keys, next, at + PUBLISH_SECONDS + 1)).toBe('too-soon');
    expect(decideRotation(keys, next, at + PUBLISH_SECONDS + ROTATION_PAUSE_SECONDS)).toMatchObject({});
  });

  it('of a compromised key is at once, also over one that is under way', () => {
    const keys = apply(apply([first], planned, at), compromised, at + 5);
    expect(keys.map((key) => stateOfKey(key, at + 5))).toEqual(['compromised', 'retired', 'current']);
    expect(keyAt(keys, at + PUBLISH_SECONDS)?.kid).toBe('k2');
    expect(keys.map((key) => toPinned(key).compromised ?? false)).toEqual([true, false, false]);
  });

  it('names the key that signs, and the same admin replaces compromised ones once a day', () => {
    expect(decideRotation([first], { ...planned, kid: 'k9' }, at)).toBe('another-key');
    const keys = apply([first], compromised, at);
    const again = { ...compromised, kid: 'k1' };
    expect(decideRotation(keys, again, at + 60)).toBe('needs-another-admin');
    expect(decideRotation(keys, { ...again, by: 'per_b' }, at + 60)).toMatchObject({ activeFrom: at + 60 });
    expect(decideRotation(keys, { ...again, by: null }, at + 60)).toMatchObject({ activeFrom: at + 60 });
    expect(typeof decideRotation(keys, again, at + ROTATION_PAUSE_SECONDS)).toBe('object');
  });
});
