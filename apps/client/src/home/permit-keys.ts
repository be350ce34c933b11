import { join } from 'node:path';
import { AuthorityRefusal, type PublicApi } from '@guise/api-client';
import { parsePublishedKeys, PermitError, publishKey, type PinnedKey } from '@guise/permit';
import type { VerifiedCheckpoint } from '@guise/ledger';
import type { TrustRoot } from '@guise/protocol';
import { requireKeysContinue, VerificationError, verifyKeyHistory } from '@guise/verification';
import { CliError } from '../cli-error.js';
import { withLock } from './lock.js';
import type { LedgerPin } from './ledger-pin.js';
import { loadPairing, requirePairing, savePairing } from './pairing-store.js';

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

async function fetchKeys(
  trust: TrustRoot,
  held: readonly PinnedKey[],
  { home, publicApi, ledgerPin }: PermitKeysPorts,
): Promise<readonly PinnedKey[]> {
  const learnt = await learnKeys(trust, held, publicApi);
  if (learnt === null) return held;
  await ledgerPin.accept(learnt.checkpoint);
  await remember(home, learnt.keys);
  return learnt.keys;
}

/** The authority's keys as its ledger tells them at a checkpoint, which is to be held against what was seen of the ledger. */
export interface LearntKeys {
  readonly keys: readonly PinnedKey[];
  readonly checkpoint: VerifiedCheckpoint;
}

/**
 * Asks the authority for the history of its keys, and believes what stands in the ledger.
 * @param held keys that were known: the history must go on from them
 * @returns null when the authority shows no history: it has no other keys then
 * @throws CliError `diverged` when what is shown does not hold, or takes something back
 */
export async function learnKeys(
  trust: Pick<TrustRoot, 'issuer' | 'ledgerKey'>,
  held: readonly PinnedKey[],
  publicApi: Pick<PublicApi, 'keyHistory'>,
): Promise<LearntKeys | null> {
  try {
    const { permitKeys, checkpoint } = await verifyKeyHistory(await publicApi.keyHistory(), trust);
    requireKeysContinue(held, permitKeys);
    return { keys: permitKeys, checkpoint };
  } catch (error) {
    if (error instanceof AuthorityRefusal) return null;
    if (!(error instanceof VerificationError)) throw error;
    throw new CliError('diverged', error.message, 'The keys that were known stay in force.');
  }
}

/** The trust root with the keys that the ledger tells of, as it is pinned. */
export const trustWith = (trust: TrustRoot, keys: readonly PinnedKey[]): TrustRoot => ({
  ...trust,
  permitKeys: keys.map(publishKey),
});

/**
 * The trust root as it is now: with every key that was made since it was pinned, and the end of those that ended. It is pinned
 * again where it is the one of the pairing.
 * @throws CliError `diverged`
 */
export async function refreshTrust(
  trust: TrustRoot,
  { home, publicApi, ledgerPin }: Omit<PermitKeysPorts, 'nowMs'>,
): Promise<TrustRoot> {
  const learnt = await learnKeys(trust, parsePublishedKeys(trust.permitKeys), publicApi);
  if (learnt === null) return trust;
  await ledgerPin.accept(learnt.checkpoint);
  const pairing = await loadPairing(home);
  if (pairing !== null && isSameAuthority(pairing.trust, trust)) await remember(home, learnt.keys);
  return trustWith(trust, learnt.keys);
}

/** Whether both are about one ledger: then what was pinned by one binds the other. */
export const isSameAuthority = (a: TrustRoot, b: TrustRoot): boolean =>
  a.issuer === b.issuer && a.ledgerKey === b.ledgerKey;

/** Under the lock of the tokens: they are in the same file. */
function remember(home: string, keys: readonly PinnedKey[]): Promise<void> {
  return withLock(join(home, 'tokens.lock'), async () => {
    const pairing = await requirePairing(home);
    await savePairing(home, { ...pairing, trust: trustWith(pairing.trust, keys) });
  });
}
