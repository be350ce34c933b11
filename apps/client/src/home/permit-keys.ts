import { join } from 'node:path';
import { AuthorityRefusal, type PublicApi } from '@guise/api-client';
import { parsePublishedKeys, PermitError, publishKey, type PinnedKey } from '@guise/permit';
import type { TrustRoot } from '@guise/protocol';
import { requireKeysContinue, VerificationError, verifyKeyHistory } from '@guise/verification';
import { CliError } from '../cli-error.js';
import { withLock } from './lock.js';
import type { LedgerPin } from './ledger-pin.js';
import { requirePairing, savePairing } from './pairing-store.js';

/** The keys by which this device checks permits and status lists. */
export interface PermitKeys {
  /** Checks with the keys that are known; when one is not, asks the authority for news once, and checks again. */
  check<T>(verify: (keys: readonly PinnedKey[]) => Promise<T>): Promise<T>;
}

/** The authority is asked again after this time at the earliest, whatever it sends meanwhile. */
const REFRESH_PAUSE_MS = 60_000;

/** The keys of a trust root, and no others. */
export function fixedKeys(trust: TrustRoot): PermitKeys {
  const keys = parsePublishedKeys(trust.permitKeys);
  return { check: (verify) => verify(keys) };
}

export interface PermitKeysPorts {
  readonly home: string;
  readonly publicApi: Pick<PublicApi, 'keyHistory'>;
  readonly ledgerPin: Pick<LedgerPin, 'accept'>;
  readonly nowMs: () => number;
}

/**
 * The keys pinned with the pairing, and those that the authority made since: each must stand in the pinned ledger, and go on
 * from what was known. A server in the middle, and a thief of a permit key, can add none; an older state is refused.
 */
export function createPermitKeys(trust: TrustRoot, ports: PermitKeysPorts): PermitKeys {
  let keys = parsePublishedKeys(trust.permitKeys);
  let askedMs = -Infinity;
  let asking: Promise<void> | undefined;
  const refresh = async (): Promise<void> => {
    keys = await fetchKeys(trust, keys, ports);
  };
  return {
    async check(verify) {
      try {
        return await verify(keys);
      } catch (error) {
        if (!(error instanceof PermitError && error.code === 'unknown-key')) throw error;
        if (asking === undefined) {
          if (ports.nowMs() - askedMs < REFRESH_PAUSE_MS) throw error;
          askedMs = ports.nowMs();
          asking = refresh().finally(() => (asking = undefined));
        }
        await asking;
        return verify(keys);
      }
    },
  };
}

/** @throws CliError `diverged` when what is shown does not hold, or takes something back */
async function fetchKeys(
  trust: TrustRoot,
  held: readonly PinnedKey[],
  { home, publicApi, ledgerPin }: PermitKeysPorts,
): Promise<readonly PinnedKey[]> {
  try {
    const { permitKeys, checkpoint } = await verifyKeyHistory(await publicApi.keyHistory(), trust);
    requireKeysContinue(held, permitKeys);
    await ledgerPin.accept(checkpoint);
    await remember(home, permitKeys);
    return permitKeys;
  } catch (error) {
    // An authority that shows no history has no other keys: what was to be checked stays without one.
    if (error instanceof AuthorityRefusal) return held;
    if (!(error instanceof VerificationError)) throw error;
    throw new CliError('diverged', error.message, 'The keys that were known stay in force.');
  }
}

/** Under the lock of the tokens: they are in the same file. */
function remember(home: string, permitKeys: readonly PinnedKey[]): Promise<void> {
  return withLock(join(home, 'tokens.lock'), async () => {
    const pairing = await requirePairing(home);
    const trust = { ...pairing.trust, permitKeys: permitKeys.map(publishKey) };
    await savePairing(home, { ...pairing, trust });
  });
}
