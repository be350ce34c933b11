import { PermitError } from './errors.js';

/**
 * Seconds a token may be ahead of our clock. FAPI 2.0 §5.3.2.1 asks to accept 10 and to refuse more than 60; nothing
 * legitimate lies between, so everything above 10 is refused.
 */
export const MAX_FUTURE_SECONDS = 10;

/**
 * @param now Unix seconds of the verifier
 * @throws PermitError `not-yet-valid`, `expired`, `lifetime`
 */
export function requireInTime(
  times: { readonly iat: number; readonly nbf?: number; readonly exp: number },
  now: number,
  maxLifeSeconds: number,
): void {
  const { iat, nbf = iat, exp } = times;
  if (exp - iat > maxLifeSeconds || exp <= iat || nbf < iat || nbf >= exp) throw new PermitError('lifetime');
  if (iat > now + MAX_FUTURE_SECONDS || nbf > now + MAX_FUTURE_SECONDS)
    throw new PermitError('not-yet-valid');
  // No grace at the end: a permit that ended is no permit.
  if (exp <= now) throw new PermitError('expired');
}
