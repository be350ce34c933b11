import type { VerificationReport } from '@guise/protocol';
import type { ProofResult } from '@guise/verification';
import type { CommandContext } from '../context.js';
import { EXIT_CODES, type ExitName } from '../exit-codes.js';
import { CHECK_WORDS, VERDICT_WORDS } from '../report/words.js';
import type { StolenKey } from './stolen-keys.js';
import type { MediaMatch } from './media-match.js';

/** What a verification came to. */
export interface VerificationOutcome {
  /** Null when a bare proof was checked. */
  readonly report: VerificationReport | null;
  readonly proof: ProofResult | null;
  readonly media: MediaMatch | null;
  /** Keys that signed a permit of the proof and were in other hands later. */
  readonly stolenKeys: readonly StolenKey[];
  readonly exit: ExitName;
}

/** Tells it to people or programs. */
export function tellVerification(
  { output }: Pick<CommandContext, 'output'>,
  { report, proof, media, stolenKeys, exit }: VerificationOutcome,
): void {
  output.say(
    {
      type: 'verification',
      exit,
      exitCode: EXIT_CODES[exit],
      verdict: report?.verdict ?? null,
      reasons: report?.reasons ?? [],
      facts: report?.facts ?? null,
      proof,
      media,
      stolenKeys,
    },
    report === null
      ? 'Proof bundle'
      : `${VERDICT_WORDS[report.verdict].symbol} ${VERDICT_WORDS[report.verdict].title}: ${VERDICT_WORDS[report.verdict].meaning}`,
  );
  for (const { message } of report?.reasons ?? []) output.explain(`  - ${message}`);
  if (report?.facts) {
    const { wearer, avatar, consent, approvals, permit } = report.facts;
    output.explain(
      `  ${wearer.displayName} wore "${avatar.name}" (${avatar.kind}) under permit ${permit.jti}, consent ${consent.id}, ${String(approvals.length)} approval(s).`,
    );
  }
  for (const { name, state, detail } of proof?.checks ?? []) {
    const mark = { passed: '✓', failed: '✗', skipped: '–' }[state];
    output.explain(`  ${mark} ${CHECK_WORDS[name]}${state === 'failed' ? `: ${detail}` : ''}`);
  }
  for (const key of stolenKeys) output.explain(stolenKeyLine(key));
  if (media !== null) output.explain(mediaLine(media));
}

function stolenKeyLine({ kid, until }: StolenKey): string {
  const time = new Date(until * 1000).toISOString();
  return `  ! Key ${kid.slice(0, 12)}… of the authority, which signed a permit here, was in other hands: what it signed counts only before ${time}, and only because the ledger shows that it was there by then`;
}

function mediaLine({ sameFile, compared, matching }: MediaMatch): string {
  const file = sameFile
    ? '  ✓ This is the file the proof is about'
    : '  ✗ This is another file than the one the proof is about';
  return compared === 0
    ? file
    : `${file}\n  ${matching === compared ? '✓' : '✗'} ${String(matching)} of ${String(compared)} seconds show the picture that the device signed`;
}
