import { z } from 'zod';
import { requireInTime } from '../clock.js';
import { PermitError } from '../errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from '../jws.js';
import type { Es256Signer } from '../key.js';
import { findKey, requireKeyInTime, type PinnedKey } from '../pinned-key.js';
import { deflateText, inflateText } from './deflate.js';
import { packStatuses, readStatus, type PackedStatuses } from './packed.js';

const STATUS_LIST_TYP = 'statuslist+jwt';
export const STATUS_LIST_MEDIA_TYPE = 'application/statuslist+jwt';
/** valid, invalid, suspended: the statuses of draft-ietf-oauth-status-list §7 that a permit can have. */
const BITS = 2;
/** Entries of one list. All of them are in every answer, so nobody learns which one was asked for. */
export const STATUS_LIST_SIZE = 2 ** 20;
const MAX_LIST_BYTES = (STATUS_LIST_SIZE * BITS) / 8;
/** A list is relied on for no longer than a permit lives. */
export const STATUS_LIST_MAX_SECONDS = 300;
/** A list that cannot be compressed, base64url twice, and the rest of the claims. */
const PROFILE: JwsProfile = { typ: STATUS_LIST_TYP, maxLength: 512 * 1024, keyIn: 'kid' };

const statusListClaims = z.strictObject({
  sub: z.url().max(2048),
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
  ttl: z.int().min(1).max(STATUS_LIST_MAX_SECONDS),
  status_list: z.strictObject({
    bits: z.literal(BITS),
    lst: z
      .string()
      .max(400_000)
      .regex(/^[A-Za-z0-9_-]+$/),
  }),
});

/** What a list says of one permit. */
export type PermitStatus = 'valid' | 'invalid' | 'suspended';
const VALUES: Readonly<Record<PermitStatus, number>> = { valid: 0, invalid: 1, suspended: 2 };

// Not exported: nobody outside this file can make a value that bears it.
const verified: unique symbol = Symbol('verified status list');

/** A list that a pinned key signed for this address, and that is in time. Only {@link verifyStatusList} makes one. */
export interface VerifiedStatusList {
  /** Unix seconds. Not to be relied on from here on. */
  readonly expires: number;
  /** Seconds after which a fresh one should be fetched. */
  readonly ttlSeconds: number;
  /** @throws PermitError `status-index` for an index outside the list */
  readonly statusAt: (index: number) => PermitStatus;
  readonly [verified]: true;
}

/** Packs what is not valid; all other entries are valid. @throws RangeError for an index outside the list */
export function packPermitStatuses(
  entries: Iterable<readonly [index: number, status: PermitStatus]>,
): PackedStatuses {
  const values = function* () {
    for (const [index, status] of entries) yield [index, VALUES[status]] as const;
  };
  return packStatuses(STATUS_LIST_SIZE, values(), BITS);
}

/**
 * Signs a status list token (draft-ietf-oauth-status-list §5.1).
 * @param about.uri what permits name in `status.status_list.uri`
 * @throws PermitError `claims`, `lifetime`
 */
export async function issueStatusList(
  about: {
    readonly uri: string;
    readonly iat: number;
    readonly exp: number;
    readonly ttlSeconds: number;
    readonly statuses: PackedStatuses;
  },
  signer: Es256Signer,
): Promise<string> {
  const { uri, iat, exp, ttlSeconds, statuses } = about;
  const parsed = statusListClaims.safeParse({
    sub: uri,
    iat,
    exp,
    ttl: ttlSeconds,
    status_list: { bits: statuses.bits, lst: await deflateText(statuses.bytes) },
  });
  if (!parsed.success) throw new PermitError('claims');
  requireInTime(parsed.data, iat, STATUS_LIST_MAX_SECONDS);
  return signJws({ alg: 'ES256', typ: STATUS_LIST_TYP, kid: signer.kid }, parsed.data, signer);
}

/**
 * Checks signature, type, address and times of a status list token; only then is it inflated, and no further than a list
 * can be long.
 * @param options.uri the address that the permit names
 * @param options.now Unix seconds
 * @throws PermitError
 */
export async function verifyStatusList(
  token: string,
  options: { readonly keys: readonly PinnedKey[]; readonly uri: string; readonly now: number },
): Promise<VerifiedStatusList> {
  const header = parseJwsHeader(token, PROFILE);
  const key = findKey(options.keys, header.kid);
  const claims = await openJws(token, key.jwk, statusListClaims);
  requireKeyInTime(key, claims.iat);
  if (claims.sub !== options.uri) throw new PermitError('status-subject');
  requireInTime(claims, options.now, STATUS_LIST_MAX_SECONDS);
  const { bits, lst } = claims.status_list;
  const statuses = { bits, bytes: await inflateText(lst, MAX_LIST_BYTES) };
  return Object.freeze({
    expires: claims.exp,
    ttlSeconds: claims.ttl,
    statusAt: (index: number) => statusAt(statuses, index),
    [verified]: true as const,
  });
}

/** A status that we do not use says nothing good. */
function statusAt(statuses: PackedStatuses, index: number): PermitStatus {
  try {
    const value = readStatus(statuses, index);
    if (value === VALUES.valid) return 'valid';
    return value === VALUES.suspended ? 'suspended' : 'invalid';
  } catch {
    throw new PermitError('status-index');
  }
}
