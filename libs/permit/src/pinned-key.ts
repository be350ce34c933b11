import { publishedKey, type P256Jwk, type PublishedKey } from '@guise/protocol';
import { z } from 'zod';
import { PermitError } from './errors.js';

/** A key that is trusted, for its time. Times are Unix seconds and compared with when something was signed. */
export interface PinnedKey {
  /** How token headers name it. */
  readonly kid: string;
  readonly jwk: P256Jwk;
  /** Nothing that was signed before counts. */
  readonly notBefore?: number;
  /** Nothing that was signed from then on counts. */
  readonly notAfter?: number;
  /** It was in other hands: what it signed counts only where something else proves when. */
  readonly compromised?: boolean;
}

/** More than one a day for years. */
const MAX_KEYS = 1_000;
const publishedKeys = z.array(publishedKey).min(1).max(MAX_KEYS);

/** Reads the keys of a JWK set or a trust root, with their times. @throws PermitError `key-malformed` */
export function parsePublishedKeys(value: unknown): readonly PinnedKey[] {
  const parsed = publishedKeys.safeParse(value);
  if (!parsed.success) throw new PermitError('key-malformed');
  return parsed.data.map(({ kty, crv, x, y, kid, nbf, exp, revoked }) => ({
    kid,
    jwk: { kty, crv, x, y },
    ...(nbf === undefined ? {} : { notBefore: nbf }),
    ...(exp === undefined ? {} : { notAfter: exp }),
    ...(revoked === undefined ? {} : { compromised: true }),
  }));
}

/** The same keys as they are published. */
export function publishKey({ kid, jwk, notBefore, notAfter, compromised }: PinnedKey): PublishedKey {
  const { kty, crv, x, y } = jwk;
  return {
    ...{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
    ...(notBefore === undefined ? {} : { nbf: notBefore }),
    ...(notAfter === undefined ? {} : { exp: notAfter }),
    ...(compromised === true
      ? { revoked: { revoked_at: notAfter ?? 0, reason: 'compromised' as const } }
      : {}),
  };
}

/** @throws PermitError `unknown-key` */
export function findKey(keys: readonly PinnedKey[], kid: string | undefined): PinnedKey {
  const pinned = keys.find((key) => key.kid === kid);
  if (pinned === undefined) throw new PermitError('unknown-key');
  return pinned;
}

/**
 * Requires that a key was in its time when it signed. A thief writes whatever time they like: without a proof of when, nothing
 * by a compromised key counts.
 * @param signedAt Unix seconds, as the signed text says
 * @param timeProven something else proves that time, or will: the ledger
 * @throws PermitError `key-ended`, `key-compromised`
 */
export function requireKeyInTime(key: PinnedKey, signedAt: number, timeProven = false): void {
  const { notBefore = 0, notAfter = Infinity, compromised = false } = key;
  if (compromised && !timeProven) throw new PermitError('key-compromised');
  if (signedAt < notBefore || signedAt >= notAfter) throw new PermitError('key-ended');
}
