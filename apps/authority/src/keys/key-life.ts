import type { PinnedKey } from '@guise/permit';
import type { SigningKeyRecord } from '@guise/persistence';
import type { KeyRotationReason, KeyState, KeyUse } from '@guise/protocol';

/**
 * A new key is published for so long before it signs: twice as long as anybody may keep the published keys, and as long as
 * runtimes take to hear of it with a broken network.
 */
export const PUBLISH_SECONDS = 600;
/** A planned rotation is not asked for more often, and no admin declares two keys compromised sooner. */
export const ROTATION_PAUSE_SECONDS = 24 * 3600;
/** So long after its end the private half is destroyed. Until then a replica with a wrong clock can still start. */
export const DESTROY_AFTER_SECONDS = 3600;
/** Published as long as what it signed may be shown as fresh: permits and status lists live 300 s. */
export const STILL_SHOWN_SECONDS = 900;

type Key = Pick<SigningKeyRecord, 'kid' | 'activeFrom' | 'activeUntil' | 'compromisedAt'>;

/** Why keys are not rotated now. */
export type RotationRefusal = 'another-key' | 'under-way' | 'too-soon' | 'needs-another-admin';

/** What a rotation comes to. */
export interface Rotation {
  /** From when the new key signs. */
  readonly activeFrom: number;
  readonly ended: readonly {
    readonly keyId: string;
    readonly until: number;
    readonly compromised: boolean;
  }[];
}

/** The key that signs at a time, if there is one. */
export function keyAt<K extends Key>(keys: readonly K[], at: number): K | undefined {
  return keys.find(({ activeFrom, activeUntil }) => activeFrom <= at && at < (activeUntil ?? Infinity));
}

export function stateOfKey({ activeFrom, activeUntil, compromisedAt }: Key, now: number): KeyState {
  if (compromisedAt !== null) return 'compromised';
  if (activeUntil !== null && activeUntil <= Math.max(now, activeFrom)) return 'retired';
  return activeFrom > now ? 'next' : 'current';
}

/** As it is pinned and published: a first key has no beginning. */
export function toPinned({ kid, jwk, activeFrom, activeUntil, compromisedAt }: SigningKeyRecord): PinnedKey {
  return {
    kid,
    jwk,
    ...(activeFrom === 0 ? {} : { notBefore: activeFrom }),
    ...(activeUntil === null ? {} : { notAfter: activeUntil }),
    ...(compromisedAt === null ? {} : { compromised: true }),
  };
}

/**
 * Decides a rotation. Planned: the new key is published first, and takes over when everybody can know it. Compromised: it takes
 * over at once, and nothing is waited for. To stop is one admin's deed; that the same admin does it again and again is not.
 * @param keys of this use, oldest first
 * @param asked.kid the key that the asker takes for the one that signs
 */
export function decideRotation(
  keys: readonly SigningKeyRecord[],
  asked: { readonly reason: KeyRotationReason; readonly kid: string; readonly by: string | null },
  now: number,
): Rotation | RotationRefusal {
  const current = keyAt(keys, now);
  if (current?.kid !== asked.kid) return 'another-key';
  return asked.reason === 'planned'
    ? decidePlanned(keys, current, now)
    : decideCompromised(keys, current, asked.by, now);
}

function decidePlanned(
  keys: readonly SigningKeyRecord[],
  current: Key,
  now: number,
): Rotation | RotationRefusal {
  if (current.activeUntil !== null) return 'under-way';
  if (keys.length > 1 && now - current.activeFrom < ROTATION_PAUSE_SECONDS) return 'too-soon';
  const activeFrom = now + PUBLISH_SECONDS;
  return { activeFrom, ended: [{ keyId: current.kid, until: activeFrom, compromised: false }] };
}

function decideCompromised(
  keys: readonly SigningKeyRecord[],
  current: SigningKeyRecord,
  by: string | null,
  now: number,
): Rotation | RotationRefusal {
  const young = now - current.publishedAt < ROTATION_PAUSE_SECONDS;
  const replaced = keys.some(({ compromisedAt }) => compromisedAt === current.publishedAt);
  if (by !== null && by === current.requestedBy && young && replaced) return 'needs-another-admin';
  // One that was to be next never signs: whoever had the one may have had the other.
  const next = keys.filter(({ activeFrom }) => activeFrom > now);
  return {
    activeFrom: now,
    ended: [
      { keyId: current.kid, until: now, compromised: true },
      ...next.map(({ kid, activeFrom }) => ({ keyId: kid, until: activeFrom, compromised: false })),
    ],
  };
}

/** Keys of one use, as `keys` has them. */
export const ofUse = (keys: readonly SigningKeyRecord[], use: KeyUse): readonly SigningKeyRecord[] =>
  keys.filter((key) => key.use === use);
