/** A sign-in as the registry keeps it. Times are Unix milliseconds. */
export interface SignInState {
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  /** The last time a passkey verified its user. */
  readonly verifiedAtMs: number;
}

/** How long a user verification counts as fresh for what needs step-up. */
export const STEP_UP_SECONDS = 300;
/** Two replicas' clocks may differ by this much. */
const CLOCK_SKEW_MS = 10_000;
/** A use is written down when this part of the idle time has passed since the last one: not every request writes. */
const TOUCH_PART = 10;

/** Whether a sign-in still holds: within its life, and used recently enough. */
export function isAlive(signIn: SignInState, idleMs: number, nowMs: number): boolean {
  return nowMs < signIn.expiresAtMs && nowMs - signIn.lastUsedAtMs < idleMs;
}

/** Whether this use of a living sign-in is worth writing down. */
export function needsTouch(signIn: SignInState, idleMs: number, nowMs: number): boolean {
  return nowMs - signIn.lastUsedAtMs >= idleMs / TOUCH_PART;
}

/** Whether the last user verification is fresh enough for a step-up. One from the future, beyond clock skew, is not. */
export function isFreshlyVerified(signIn: Pick<SignInState, 'verifiedAtMs'>, nowMs: number): boolean {
  const ageMs = nowMs - signIn.verifiedAtMs;
  return ageMs >= -CLOCK_SKEW_MS && ageMs <= STEP_UP_SECONDS * 1000;
}
