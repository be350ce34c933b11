/** A count that was accepted of a passkey, and the one it took the place of. */
export interface PasskeyCount {
  readonly counter: number;
  readonly before: number;
}

/** Reads what was accepted of the passkey since the challenge was issued, oldest first. Asked after the passkey was read. */
export type CountsSince = () => Promise<readonly PasskeyCount[]>;

/**
 * What the counter of an answer says whose signature holds.
 * `forward`: it went on. `overtaken`: another answer arrived first that was signed later. `copied`: two hold the key.
 */
export type CounterJudgement = 'forward' | 'overtaken' | 'copied';

/**
 * Judges a signature counter (WebAuthn L3 §6.1.1, §7.2 step 22). One authenticator counts on with every signature: an answer to
 * a challenge has a greater count than anything accepted before the challenge was issued, and one that nothing else has. Only
 * such an answer may have been overtaken; every other one that goes back is of a copy.
 * @param stored the greatest count accepted
 * @param since what was accepted after the challenge was issued, oldest first
 */
export function judgeCounter(
  counter: number,
  stored: number,
  since: readonly PasskeyCount[],
): CounterJudgement {
  // Authenticators without a counter always say 0.
  if (counter > stored || (counter === 0 && stored === 0)) return 'forward';
  const [first] = since;
  if (first === undefined || counter <= first.before) return 'copied';
  return since.some((accepted) => accepted.counter === counter) ? 'copied' : 'overtaken';
}
