import { join } from 'node:path';
import type { PublicApi } from '@guise/api-client';
import {
  decodeBase64Url,
  LedgerError,
  parseCheckpoint,
  parseVerifierKey,
  verifyCheckpoint,
  verifyCheckpointAdvance,
  type Checkpoint,
  type Hash,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import type { PermitClaims } from '@guise/protocol';
import { CliError } from '../cli-error.js';
import { withLock } from './lock.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/** State of the ledger this device has seen last: nothing it is shown later may contradict it. */
export interface LedgerPin {
  /** Null when no state of this ledger was seen yet. */
  seen(): Promise<VerifiedCheckpoint | null>;
  /** Fetches the newest checkpoint, checks that it continues the one seen last, and pins it. */
  advance(): Promise<PinOutcome>;
  /**
   * Checks that the state a permit names belongs to the same history, and advances the pin beyond it.
   * @param notBefore what had been seen when the permit was asked for; null when it is an older one
   */
  follow(claimed: PermitClaims['checkpoint'], notBefore: VerifiedCheckpoint | null): Promise<PinOutcome>;
  /** The same for a checkpoint that the ledger itself signed and that is shown as its newest one. It becomes the pin, unless another ledger is pinned. */
  readonly accept: (shown: VerifiedCheckpoint) => Promise<void>;
}

export interface PinOutcome {
  readonly size: number;
  /** Size at the last look; null the first time. */
  readonly previousSize: number | null;
}

const pinPath = (home: string): string => join(home, 'ledger-pin.note');

/**
 * Every method throws CliError `diverged` when the ledger contradicts the pin: the old pin is kept as evidence.
 * @param ledgerKey the pinned verifier key of the trust root
 */
export function createLedgerPin(home: string, api: PublicApi, ledgerKey: string): LedgerPin {
  const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(join(home, 'ledger-pin.lock'), () => divergedOf(home, work));
  const advance = async (claimed: Checkpoint | null): Promise<PinOutcome> => {
    const pinned = await readPin(home, ledgerKey);
    const next = verifyCheckpoint(await api.checkpoint(), parseVerifierKey(ledgerKey));
    if (pinned !== null) await requireContinuation(api, pinned, next);
    if (claimed !== null) await requireContinuation(api, claimed, next);
    await writePrivateFile(pinPath(home), next.note);
    return { size: next.size, previousSize: pinned?.size ?? null };
  };
  return {
    seen: () => seenLedger(home, ledgerKey),
    advance: () => exclusively(() => advance(null)),
    follow: (claimed, notBefore) =>
      exclusively(async () => {
        const checkpoint = { ...claimed, root: decodeBase64Url(claimed.root) ?? new Uint8Array(0) };
        if (notBefore !== null && checkpoint.size < notBefore.size) throw rolledBack(checkpoint, notBefore);
        return advance(checkpoint);
      }),
    accept: (shown) =>
      exclusively(async () => {
        const pinned = await readPin(home, ledgerKey);
        // Another process may have seen more by now; then the pin stays, and must continue what is shown.
        if (pinned !== null && pinned.size > shown.size) return requireContinuation(api, shown, pinned);
        if (pinned !== null) await requireContinuation(api, pinned, shown);
        else if ((await readPrivateFile(pinPath(home))) !== null) return;
        await writePrivateFile(pinPath(home), shown.note);
      }),
  };
}

/** The state of this ledger that was seen last, or null; asks nobody. @throws CliError `diverged` */
export const seenLedger = (home: string, ledgerKey: string): Promise<VerifiedCheckpoint | null> =>
  divergedOf(home, () => readPin(home, ledgerKey));

/** A pin of another ledger says nothing about this one: the device was paired anew, or a foreign proof is judged. */
async function readPin(home: string, ledgerKey: string): Promise<VerifiedCheckpoint | null> {
  const note = await readPrivateFile(pinPath(home));
  if (note === null) return null;
  const key = parseVerifierKey(ledgerKey);
  return parseCheckpoint(note).origin === key.name ? verifyCheckpoint(note, key) : null;
}

async function divergedOf<T>(home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new CliError('diverged', error.message, `The checkpoint seen before is kept in ${pinPath(home)}.`);
  }
}

function rolledBack(claimed: Checkpoint, seen: VerifiedCheckpoint): LedgerError {
  return new LedgerError(
    'checkpoint-rolled-back',
    `the new permit stands on a ledger of size ${String(claimed.size)}, but size ${String(seen.size)} was seen before: the ledger was restored from a backup or replaced. Do not trust it; ask its operator`,
  );
}

async function requireContinuation(api: PublicApi, from: Checkpoint, to: VerifiedCheckpoint): Promise<void> {
  verifyCheckpointAdvance(from, to, await consistencyProof(api, from, to));
}

/** Nothing to prove between equal sizes, from an empty log, or backwards (which is refused without a proof). */
async function consistencyProof(api: PublicApi, from: Checkpoint, to: Checkpoint): Promise<readonly Hash[]> {
  if (from.size === 0 || from.size >= to.size) return [];
  const { hashes } = await api.consistency(from.size, to.size);
  return hashes.map((text) => decodeBase64Url(text) ?? new Uint8Array(0));
}
