import { LedgerError, parseVerifierKey, verifyCheckpoint, type VerifiedCheckpoint } from '@guise/ledger';
import { PermitError } from '@guise/permit';
import type { ProofBundle, VerificationReport } from '@guise/protocol';
import { openEntries, parseProofBundle } from './bundle.js';
import { createChecklist, Fault, requireThat, type Check, type Checklist } from './checklist.js';
import {
  checkDisclosureOrder,
  checkEpochKeys,
  checkEvidenceSignatures,
  checkReportCovered,
  checkSessionOpening,
} from './evidence-checks.js';
import {
  checkApprovalSignatures,
  checkApprovalsSufficient,
  checkConsentScope,
  checkConsentSignatures,
  checkDeviceBinding,
  checkDevicePairing,
  checkPermitSignatures,
  checkPermitsLogged,
} from './permission-checks.js';
import type { Pause } from './in-turns.js';
import { collectStory, type LoggedPermit, type SessionStory, type SignedEvidence } from './story.js';
import { parseTrustRoot, type ParsedTrustRoot, type ProofPolicy } from './trust.js';

/** Exit codes of the offline verifier (STANDARDS: ledger). 20 (unanchored) is kept for time-stamp anchors. */
export const PROOF_EXIT_CODES = { valid: 0, 'under-witnessed': 10, diverged: 30, invalid: 40 } as const;
export type ProofOutcome = keyof typeof PROOF_EXIT_CODES;

export interface ProofResult {
  readonly outcome: ProofOutcome;
  readonly exitCode: (typeof PROOF_EXIT_CODES)[ProofOutcome];
  /** Every check by name, made or not. */
  readonly checks: readonly Check[];
  /** Size and origin of the log that the proofs lead to; null when its checkpoint does not verify. */
  readonly checkpoint: {
    readonly origin: string;
    readonly size: number;
    readonly witnesses: readonly string[];
  } | null;
}

export interface ProofOptions {
  readonly policy?: ProofPolicy;
  readonly report?: VerificationReport;
  readonly pause?: Pause;
}

const goOn: Pause = () => Promise.resolve();

/**
 * Checks a proof bundle offline, against a trust root and a policy that the verifier holds. What a log cannot prove is
 * absence: that no withdrawal was left out of the bundle is the authority's word, until the verifier asks it.
 * @param options.report when given, every second that it calls authorised must be backed by the bundle
 * @param options.pause called between pieces of the work, for a server that has others to answer
 * @throws VerificationError when bundle or trust root cannot be read at all
 */
export async function verifyProofBundle(
  bundle: unknown,
  trust: unknown,
  options: ProofOptions = {},
): Promise<ProofResult> {
  const parsedBundle = parseProofBundle(bundle);
  const root = parseTrustRoot(trust);
  const policy = options.policy ?? {};
  const list = createChecklist(explain);
  const checkpoint = await checkCheckpoint(list, parsedBundle, root, policy);
  if (checkpoint !== undefined) await checkContent(list, parsedBundle, root, checkpoint, options);
  const outcome = decideOutcome(list, checkpoint, policy);
  return {
    outcome,
    exitCode: PROOF_EXIT_CODES[outcome],
    checks: list.finish(),
    checkpoint:
      checkpoint === undefined
        ? null
        : { origin: checkpoint.origin, size: checkpoint.size, witnesses: checkpoint.witnesses },
  };
}

async function checkCheckpoint(
  list: Checklist,
  bundle: ProofBundle,
  trust: ParsedTrustRoot,
  policy: ProofPolicy,
) {
  const checkpoint = await list.run('checkpoint-signature', 'the log signed the checkpoint', () =>
    verifyCheckpoint(bundle.checkpoint, trust.ledger, (policy.witnesses ?? []).map(parseVerifierKey)),
  );
  if (checkpoint === undefined) return undefined;
  await list.run('checkpoint-pinned', pinnedDetail(checkpoint, policy), () => {
    const { pinned } = policy;
    requireThat(
      pinned?.size !== checkpoint.size || String(pinned.root) === String(checkpoint.root),
      'the log shows another tree than the one you pinned at the same size: it was forked',
    );
  });
  await list.run('witnesses', 'enough witnesses cosigned the checkpoint', () => {
    const needed = policy.witnessesNeeded ?? 1;
    requireThat(
      checkpoint.witnesses.length >= needed,
      `${String(checkpoint.witnesses.length)} of ${String(needed)} witnesses cosigned the checkpoint`,
    );
  });
  return checkpoint;
}

function pinnedDetail(checkpoint: VerifiedCheckpoint, { pinned }: ProofPolicy): string {
  if (pinned === undefined) return 'no checkpoint is pinned';
  return pinned.size === checkpoint.size
    ? 'the checkpoint is the pinned one'
    : 'the pinned checkpoint has another size: ask the log for a consistency proof';
}

/** The steps in order; each stands on the ones before it. */
async function checkContent(
  list: Checklist,
  bundle: ProofBundle,
  trust: ParsedTrustRoot,
  checkpoint: VerifiedCheckpoint,
  { report, pause = goOn }: ProofOptions,
): Promise<void> {
  const entries = await list.run('inclusion', 'every entry stands in the log', () =>
    openEntries(bundle, checkpoint, pause),
  );
  if (entries === undefined) return;
  const story = await list.run('session-record', 'the log holds the session', () =>
    collectStory(entries, bundle.session),
  );
  if (story === undefined) return;
  const permits = await checkPermission(list, bundle, trust, story);
  if (permits === undefined) return;
  const evidence = await checkEvidence(list, permits, story);
  if (evidence === undefined) return;
  const detail =
    report === undefined ? 'no report was given' : 'every authorised second is backed by the bundle';
  await list.run('report-covered', detail, () => {
    if (report !== undefined) checkReportCovered(bundle, report, { permits, evidence, story });
  });
}

async function checkPermission(
  list: Checklist,
  bundle: ProofBundle,
  trust: ParsedTrustRoot,
  story: SessionStory,
) {
  const genuine = await list.run('permit-signature', 'the authority signed the permits', () =>
    checkPermitSignatures(bundle, trust),
  );
  if (genuine === undefined) return undefined;
  const permits = await list.run('permit-logged', 'every permit stands in the log', () =>
    checkPermitsLogged(genuine, story),
  );
  if (permits === undefined) return undefined;
  await list.run('device-binding', 'the permits are bound to the session key', () =>
    checkDeviceBinding(permits, story),
  );
  await list.run('device-pairing', 'the wearer paired the device with a passkey', () =>
    checkDevicePairing(story, trust),
  );
  const consents = await list.run('consent-signature', 'the subject signed the consent with a passkey', () =>
    checkConsentSignatures(story, trust),
  );
  if (consents !== undefined) {
    await list.run('consent-scope', 'the permits stay inside the consent', () => {
      checkConsentScope(permits, consents, story);
    });
  }
  const approvals = await list.run('approval-signatures', 'the approvers signed with passkeys', () =>
    checkApprovalSignatures(story, trust),
  );
  if (approvals !== undefined) {
    await list.run('approvals-sufficient', 'enough others approved the avatar', () => {
      checkApprovalsSufficient(permits, approvals, story);
    });
  }
  return permits;
}

async function checkEvidence(
  list: Checklist,
  permits: readonly LoggedPermit[],
  story: SessionStory,
): Promise<SignedEvidence[] | undefined> {
  const opening = await list.run('session-opening', 'the device committed to its key chain', () =>
    checkSessionOpening(permits, story),
  );
  const evidence = await list.run('evidence-signatures', 'the device signed the evidence', () =>
    checkEvidenceSignatures(story),
  );
  if (opening === undefined || evidence === undefined) return undefined;
  await list.run('epoch-keys', 'the disclosed keys belong to the session', () => {
    checkEpochKeys(story, opening);
  });
  await list.run('disclosure-order', 'evidence was logged before its keys were known', () => {
    checkDisclosureOrder(story, evidence);
  });
  return evidence;
}

function decideOutcome(
  list: Checklist,
  checkpoint: VerifiedCheckpoint | undefined,
  policy: ProofPolicy,
): ProofOutcome {
  const checks = list.finish();
  const ok = (name: Check['name']): boolean =>
    checks.some((check) => check.name === name && check.state === 'passed');
  if (checkpoint !== undefined && policy.pinned !== undefined && !ok('checkpoint-pinned')) return 'diverged';
  if (checks.some(({ name, state }) => state !== 'passed' && name !== 'witnesses')) return 'invalid';
  return ok('witnesses') ? 'valid' : 'under-witnessed';
}

/** The text of a failed check; null for a defect of this program. */
function explain(error: unknown): string | null {
  return error instanceof Fault || error instanceof LedgerError || error instanceof PermitError
    ? error.message
    : null;
}
