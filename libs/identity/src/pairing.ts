import { IdentityError } from './errors.js';

/** RFC 8628 §6.1: consonants that are hard to confuse and spell no words. */
const USER_CODE_ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LENGTH = 8;
/** 20^8 codes, five tries a minute and ten minutes of life: a guess succeeds once in 5·10^8. */
export const PAIRING_SECONDS = 600;
export const POLL_INTERVAL_SECONDS = 2;
/** RFC 8628 §3.5 `slow_down`. */
const SLOW_DOWN_SECONDS = 5;

/** Draws `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** A code like `BCDF-GHJK`, each letter equally likely. */
export function drawUserCode(random: RandomBytes): string {
  const letters: string[] = [];
  while (letters.length < USER_CODE_LENGTH) {
    for (const byte of random(USER_CODE_LENGTH * 2)) {
      // 240 is the largest multiple of 20 in a byte: larger values would favour the first letters.
      if (byte < 240 && letters.length < USER_CODE_LENGTH) letters.push(USER_CODE_ALPHABET.charAt(byte % 20));
    }
  }
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** A pairing in progress, as the registry keeps it. Times are Unix milliseconds. */
export interface PairingState {
  readonly state: 'pending' | 'approved' | 'consumed';
  readonly expiresAtMs: number;
  readonly lastPolledAtMs: number | null;
  readonly intervalSeconds: number;
}

/** What a poll of the token endpoint leads to. */
export type PollDecision =
  | { readonly outcome: 'issue' }
  | { readonly outcome: 'wait'; readonly intervalSeconds: number; readonly error: IdentityError };

/**
 * Decides a device's poll (RFC 8628 §3.5). A device that polls faster than told waits five seconds longer from then on.
 * @throws IdentityError `device-expired` when it ended or was used
 */
export function decidePoll(pairing: PairingState, nowMs: number): PollDecision {
  if (pairing.state === 'consumed' || nowMs >= pairing.expiresAtMs) throw new IdentityError('device-expired');
  if (pairing.state === 'approved') return { outcome: 'issue' };
  const tooFast =
    pairing.lastPolledAtMs !== null && nowMs - pairing.lastPolledAtMs < pairing.intervalSeconds * 1000;
  return tooFast
    ? {
        outcome: 'wait',
        intervalSeconds: pairing.intervalSeconds + SLOW_DOWN_SECONDS,
        error: new IdentityError('rate-limited', 'Poll five seconds slower from now on.'),
      }
    : {
        outcome: 'wait',
        intervalSeconds: pairing.intervalSeconds,
        error: new IdentityError('device-pending'),
      };
}
