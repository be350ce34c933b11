/** Attempts that failed are counted within this time of the first of them. */
export const THROTTLE_WINDOW_SECONDS = 900;
/**
 * A passkey is not guessed; the limits bound what failing costs the authority, and how long a copied passkey may be tried.
 * An office has one address: a network may fail more often than an account.
 */
export const THROTTLE_LIMITS = { account: 10, network: 100 } as const;
export type ThrottleScope = keyof typeof THROTTLE_LIMITS;

/** Attempts counted in one window. `since` is Unix seconds. */
export interface AttemptCount {
  readonly attempts: number;
  readonly since: number;
}

/** Seconds until the next attempt may be made; null when this one, which is counted already, may go on. */
export function decideThrottle(
  scope: ThrottleScope,
  { attempts, since }: AttemptCount,
  nowSeconds: number,
): number | null {
  if (attempts <= THROTTLE_LIMITS[scope]) return null;
  return Math.max(1, since + THROTTLE_WINDOW_SECONDS - nowSeconds);
}
