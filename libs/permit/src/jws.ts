import type { P256Jwk } from '@guise/protocol';
import { base64url, compactVerify, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { PermitError } from './errors.js';
import { encodeJson, importEs256, type Es256Signer, type Es256Verifier } from './key.js';

/** Parameters of a JWS header that are accepted anywhere; a profile takes a part of them. RFC 8725 §3. */
export interface JwsHeader {
  readonly alg: 'ES256';
  readonly typ: string;
  readonly kid?: string | undefined;
  readonly jwk?: unknown;
}

/** What one kind of token looks like: bounds and header, before any claim is read. */
export interface JwsProfile {
  readonly typ: string;
  readonly maxLength: number;
  /** Where the verification key is named: by key id, or (DPoP only) as the key itself. */
  readonly keyIn: 'kid' | 'jwk';
}

/** r ‖ s (RFC 7518 §3.4). */
const ES256_BYTES = 64;
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const namedKeyHeader = z.strictObject({ alg: z.string(), typ: z.string(), kid: z.string().max(100) });
const embeddedKeyHeader = z.strictObject({ alg: z.string(), typ: z.string(), jwk: z.unknown() });

export async function signJws(header: JwsHeader, payload: unknown, signer: Es256Signer): Promise<string> {
  const input = `${encodeJson(header)}.${encodeJson(payload)}`;
  return `${input}.${base64url.encode(await signer.sign(new TextEncoder().encode(input)))}`;
}

/**
 * Reads the header of a compact JWS without trusting it: the length is bounded, the algorithm and type are fixed, and
 * every header parameter beyond the profile (`jku`, `x5u`, `crit`, …) is refused.
 * @throws PermitError `malformed`, `algorithm`, `type`, `header`
 */
export function parseJwsHeader(jws: string, profile: JwsProfile): JwsHeader {
  if (jws.length > profile.maxLength || !COMPACT.test(jws)) throw new PermitError('malformed');
  const raw = readHeader(jws);
  if (raw.alg !== 'ES256') throw new PermitError('algorithm');
  if (raw.typ !== profile.typ) throw new PermitError('type');
  const parsed = (profile.keyIn === 'kid' ? namedKeyHeader : embeddedKeyHeader).safeParse(raw);
  if (!parsed.success) throw new PermitError('header');
  return { ...parsed.data, alg: 'ES256' };
}

function readHeader(jws: string): Record<string, unknown> {
  try {
    return { ...decodeProtectedHeader(jws) };
  } catch {
    throw new PermitError('malformed');
  }
}

/**
 * Checks the signature of a compact JWS and parses its payload. Its header was parsed before.
 * @throws PermitError `key-malformed`, `signature`, `claims`
 */
export async function openJws<T>(
  jws: string,
  key: P256Jwk,
  schema: z.ZodType<T>,
  verify?: Es256Verifier,
): Promise<T> {
  const payload = await (verify === undefined ? verifiedByWeb(jws, key) : verifiedBy(verify, jws, key));
  const parsed = schema.safeParse(parseJson(payload));
  if (!parsed.success) throw new PermitError('claims');
  return parsed.data;
}

async function verifiedByWeb(jws: string, key: P256Jwk): Promise<Uint8Array> {
  const cryptoKey = await importEs256(key);
  const { payload } = await compactVerify(jws, cryptoKey, { algorithms: ['ES256'] }).catch(() => {
    throw new PermitError('signature');
  });
  return payload;
}

async function verifiedBy(verify: Es256Verifier, jws: string, key: P256Jwk): Promise<Uint8Array> {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const input = new TextEncoder().encode(`${header}.${payload}`);
  const signed = decodeBase64Url(signature);
  if (signed.length !== ES256_BYTES || !(await outcomeOf(verify, key, input, signed))) {
    throw new PermitError('signature');
  }
  return decodeBase64Url(payload);
}

async function outcomeOf(verify: Es256Verifier, ...args: Parameters<Es256Verifier>): Promise<boolean> {
  try {
    return await verify(...args);
  } catch {
    throw new PermitError('key-malformed');
  }
}

function decodeBase64Url(text: string): Uint8Array {
  try {
    return base64url.decode(text);
  } catch {
    throw new PermitError('signature');
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new PermitError('claims');
  }
}
