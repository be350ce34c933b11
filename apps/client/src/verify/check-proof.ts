import { parseVerifierKey, verifyCheckpoint, type VerifiedCheckpoint } from '@guise/ledger';
import type { ProofBundle, TrustRoot, VerificationReport } from '@guise/protocol';
import {
  PROOF_EXIT_CODES,
  verifyProofBundle,
  type Check,
  type ProofPolicy,
  type ProofResult,
} from '@guise/verification';
import { CliError } from '../cli-error.js';
import type { LedgerPin } from '../home/ledger-pin.js';

/** What is known here of the ledger that a proof leads to. */
export interface SeenLedger {
  /** Its state when the proof was asked for. */
  readonly seen: VerifiedCheckpoint | null;
  /** Asks the ledger whether a new state continues it; null when nobody may be asked. */
  readonly accept: LedgerPin['accept'] | null;
}

interface Proof {
  readonly report: VerificationReport | null;
  readonly bundle: ProofBundle;
  readonly trust: TrustRoot;
  readonly ledger: SeenLedger;
}

/** Checks a proof, and that the ledger it leads to is the one seen before. */
export async function checkProof(
  { report, bundle, trust, ledger }: Proof,
  policy: ProofPolicy,
): Promise<ProofResult> {
  const result = await verifyProofBundle(bundle, trust, { policy, ...(report === null ? {} : { report }) });
  const pinned =
    result.checkpoint === null
      ? null
      : await checkPinned(verifyCheckpoint(bundle.checkpoint, parseVerifierKey(trust.ledgerKey)), ledger);
  const checks = result.checks.map((check) =>
    check.name === 'checkpoint-pinned' && pinned !== null
      ? { ...check, ...pinned }
      : notAsked(check, policy.witnessesNeeded ?? 1),
  );
  return pinned?.state === 'failed'
    ? { ...result, checks, outcome: 'diverged', exitCode: PROOF_EXIT_CODES.diverged }
    : { ...result, checks };
}

type Finding = Pick<Check, 'state' | 'detail'>;

async function checkPinned(shown: VerifiedCheckpoint, { seen, accept }: SeenLedger): Promise<Finding> {
  if (accept === null) return comparePinned(shown, seen);
  if (seen !== null && shown.size < seen.size) {
    return failed(
      `the ledger shows size ${String(shown.size)}, but size ${String(seen.size)} was seen before: it was restored from a backup or replaced`,
    );
  }
  try {
    await accept(shown);
  } catch (error) {
    if (error instanceof CliError && error.exit === 'diverged') return failed(error.message);
    throw error;
  }
  return seen === null
    ? {
        state: 'skipped',
        detail: 'no earlier state of this ledger was seen here',
      }
    : {
        state: 'passed',
        detail: `size ${String(shown.size)} continues size ${String(seen.size)}, which was seen before`,
      };
}

/** Without asking anybody, only equal sizes can be compared. */
function comparePinned(shown: VerifiedCheckpoint, seen: VerifiedCheckpoint | null): Finding {
  if (seen === null) return { state: 'skipped', detail: 'no earlier state of this ledger was seen here' };
  if (seen.size !== shown.size) {
    return {
      state: 'skipped',
      detail: `size ${String(seen.size)} was seen before, the proof is of size ${String(shown.size)}: only the ledger itself can show that one continues the other, and nobody was asked`,
    };
  }
  return Buffer.from(seen.root).equals(shown.root)
    ? { state: 'passed', detail: 'it is the very state that was seen before' }
    : failed('the ledger shows another history than the one seen before at the same size: it was forked');
}

const failed = (detail: string): Finding => ({ state: 'failed', detail });

/** What the verifier did not ask for passes without having been looked at; it must not read as if it had been. */
function notAsked(check: Check, witnessesNeeded: number): Check {
  return check.state === 'passed' && check.name === 'witnesses' && witnessesNeeded === 0
    ? { ...check, state: 'skipped', detail: 'no witness was asked for' }
    : check;
}
