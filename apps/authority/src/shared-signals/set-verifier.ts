import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { createOutboundFetch } from '../outbound/outbound-fetch.js';
import type { SsfConfig } from './ssf-variables.js';
import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS, setClaims, type SetClaims } from './security-event.js';

/** RFC 8935 §2.4. */
export type SetErrorCode =
  'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience' | 'authentication_failed';

/** A security event token that is refused. */
export class SetError extends Error {
  override readonly name = 'SetError';
  constructor(
    readonly code: SetErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Asymmetric only: whoever can check an event must not be able to make one. */
const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256'];
const SET_TYP = 'secevent+jwt';
const MAX_LENGTH = 16_384;

/** Checks tokens of one transmitter: its key set is fetched from the configured address, and from nowhere else. */
export function createSetVerifier(config: SsfConfig, keys: JWTVerifyGetKey = remoteKeys(config)) {
  return async (token: string, nowSeconds: number): Promise<SetClaims> => {
    if (token.length > MAX_LENGTH) throw new SetError('invalid_request', 'The token is too long.');
    const { issuer, audience } = config;
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer, audience, typ: SET_TYP, algorithms: ALGORITHMS, crit: {} },
      requiredClaims: ['iat', 'jti', 'events'],
      currentDate: new Date(nowSeconds * 1000),
    }).catch((error: unknown) => {
      throw toSetError(error);
    });
    const parsed = setClaims.safeParse(payload);
    if (!parsed.success) throw new SetError('invalid_request', 'The token is no security event of SSF 1.0.');
    const age = nowSeconds - parsed.data.iat;
    if (age > MAX_AGE_SECONDS || age < -MAX_AHEAD_SECONDS) {
      throw new SetError('invalid_request', 'The event is too old or from the future.');
    }
    return parsed.data;
  };
}
export type SetVerifier = ReturnType<typeof createSetVerifier>;

function remoteKeys({ jwksUrl }: SsfConfig): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    [customFetch]: createOutboundFetch([jwksUrl]),
  });
}

function toSetError(error: unknown): unknown {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return new SetError('invalid_issuer', 'The issuer is not the configured one.');
    if (error.claim === 'aud') return new SetError('invalid_audience', 'The event is for another audience.');
    return new SetError('invalid_request', 'The token is no security event of SSF 1.0.');
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) {
    return new SetError('invalid_key', 'No key of the configured issuer signed this.');
  }
  // The issuer's keys could not be had: it tries again, and nothing is lost.
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) return error;
  return new SetError('invalid_request', 'The token is no security event of SSF 1.0.');
}
