import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  proofBundle,
  verificationReport,
  type ProofBundle,
  type TrustRoot,
  type Verdict,
  type VerificationReport,
} from '@guise/protocol';
import type { Check, ProofPolicy, ProofResult } from '@guise/verification';
import { Option, type Command } from 'commander';
import { createPublicApi, createTransport } from '@guise/api-client';
import { openPersonApi, requireAuthorityUrl, SIGN_IN_HELP } from '../authority.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT_CODES, type ExitName } from '../exit-codes.js';
import { parseJson } from '../home/device-key.js';
import { createLedgerPin, seenLedger } from '../home/ledger-pin.js';
import { loadPairing } from '../home/pairing-store.js';
import { refreshTrust } from '../home/permit-keys.js';
import { renderHtmlReport } from '../report/html-report.js';
import { checkProof, type SeenLedger } from '../verify/check-proof.js';
import { matchMedia, type MediaMatch } from '../verify/media-match.js';
import { obtainReport, reportSource } from '../verify/obtain-report.js';
import { picturesFor } from '../verify/report-pictures.js';
import { stolenKeysIn } from '../verify/stolen-keys.js';
import { tellVerification } from '../verify/tell-verification.js';
import { writeNewFile } from '../write-file.js';
import { readTrustRoot } from './login.js';

export interface VerifyOptions {
  readonly bundle?: string | undefined;
  readonly trust?: string | undefined;
  readonly authority?: string | undefined;
  readonly signIn?: string | undefined;
  readonly whole?: boolean | undefined;
  readonly id?: string | undefined;
  readonly html?: string | undefined;
  readonly report?: string | undefined;
  readonly witness?: readonly string[] | undefined;
  readonly witnessesNeeded?: string | undefined;
}

export function registerVerify(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command('verify')
    .description('was this picture or recording permitted, by whom, at which second? With proof')
    .argument('[file]', 'picture or recording (may be left out with --bundle and --id)')
    .option('--bundle <file>', 'check this proof offline: a report or bundle as JSON; nobody is asked')
    .option('--trust <file>', 'trust root to check against (default: the one pinned at login)')
    .option('--authority <url>', 'authority to ask (default: the paired one)')
    .option('--sign-in <file>', SIGN_IN_HELP)
    .option('--whole', 'have every second of a recording looked at: takes about a quarter of its length')
    .addOption(
      new Option('--id <id>', 'the report of a verification that was handed in before').conflicts([
        'bundle',
        'whole',
      ]),
    )
    .option('--html <file>', 'write the report as a page to read and print')
    .option('--report <file>', 'write the report with its proof as JSON')
    .option('--witness <key...>', 'verifier keys of witnesses you trust')
    .addOption(
      new Option('--witnesses-needed <n>', 'how many of them must have cosigned').default(
        undefined,
        'all that are given',
      ),
    )
    .addHelpText(
      'after',
      `
The answer of the authority is never taken at its word: the proof in it is checked here, against the trust root you hold.
With a file, the pictures are also compared with the evidence the device signed. The ledger must continue the state of it that
was seen here before; with --bundle this is known only when both are the same state. Keys that the authority made or lost since are
learnt from its ledger; with --bundle nobody is asked, and the keys of the trust root you hold decide.

Exit code 0: authorised and proved. 50 not authorised, 51 altered, 52 unmarked, 53 inconclusive.
10 too few witnesses, 30 the ledger forked, 40 the proof does not hold: these outrank the verdict.

Examples:
  $ guise verify recording.mp4 --html report.html --report report.json
  $ guise verify recording.mp4 --id ver_…                (a whole recording, handed in before)
  $ guise verify recording.mp4 --bundle report.json --trust guise-trust.json      (offline)
  $ guise verify --bundle report.json --trust guise-trust.json --json             (the proof alone)`,
    )
    .action(async (file: string | undefined, options: VerifyOptions) => {
      exit(await verify(context, file, options));
    });
}

/** What is verified: with a report there is a verdict, with a bare bundle only a proof. */
interface Material {
  readonly report: VerificationReport | null;
  readonly bundle: ProofBundle | null;
  readonly trust: TrustRoot;
  readonly ledger: SeenLedger;
}

/** @returns exit code */
export async function verify(
  context: CommandContext,
  file: string | undefined,
  options: VerifyOptions,
): Promise<number> {
  const material =
    options.bundle === undefined
      ? await askAuthority(context, file, options)
      : await readMaterial(context, options.bundle, options);
  const bundles = bundlesOf(material);
  const proof = await checkProofs(material, bundles, policyOf(options));
  const media =
    file === undefined || proof === null ? null : await matchMedia(file, bundles, material.report);
  const exit = exitOf(material.report?.verdict ?? null, proof, media);
  await writeReports(material, proof?.checks ?? null, file, options);
  const stolenKeys = stolenKeysIn(bundles, material.trust);
  tellVerification(context, { report: material.report, proof, media, stolenKeys, exit });
  return EXIT_CODES[exit];
}

/** Of every session that is to be seen. */
const bundlesOf = ({ report, bundle }: Material): readonly ProofBundle[] => [
  ...(bundle === null ? [] : [bundle]),
  ...(report?.otherProofs ?? []),
];

/** Checks each proof; the one that holds least speaks for all. */
async function checkProofs(
  material: Material,
  bundles: readonly ProofBundle[],
  policy: ProofPolicy,
): Promise<ProofResult | null> {
  let least: ProofResult | null = null;
  for (const bundle of bundles) {
    const result = await checkProof({ ...material, bundle }, policy);
    if (least === null || DOUBT.indexOf(result.outcome) > DOUBT.indexOf(least.outcome)) least = result;
  }
  return least;
}

/** From a proof that holds to one that does not. */
const DOUBT: readonly ProofResult['outcome'][] = ['valid', 'under-witnessed', 'diverged', 'invalid'];

async function askAuthority(
  context: CommandContext,
  file: string | undefined,
  options: VerifyOptions,
): Promise<Material> {
  const source = await reportSource(file, options);
  const held = await requireTrust(context, options);
  const personApi = await openPersonApi(context, options);
  const paired = await loadPairing(context.config.home);
  const baseUrl = requireAuthorityUrl(context, options.authority ?? paired?.authority);
  const { home } = context.config;
  const publicApi = createPublicApi(createTransport({ baseUrl }));
  const ledgerPin = createLedgerPin(home, publicApi, held.ledgerKey);
  const seen = await ledgerPin.seen();
  const report = await obtainReport(context, personApi, source);
  // After the report: whichever key signed what is in it, its beginning and its end are known by now.
  const trust = await refreshTrust(held, { home, publicApi, ledgerPin });
  return { report, bundle: report.proof, trust, ledger: { seen, accept: ledgerPin.accept } };
}

async function requireTrust(context: CommandContext, options: VerifyOptions): Promise<TrustRoot> {
  if (options.trust !== undefined) return readTrustRoot(options.trust);
  const pairing = await loadPairing(context.config.home);
  if (pairing !== null) return pairing.trust;
  throw new CliError(
    'usage',
    'a proof needs a trust root',
    'Give --trust guise-trust.json, received by a way you trust.',
  );
}

const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

async function readMaterial(
  context: CommandContext,
  path: string,
  options: VerifyOptions,
): Promise<Material> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CliError('badInput', `${path} cannot be read`, null, [], { cause });
  });
  if (bytes.length > MAX_BUNDLE_BYTES) throw new CliError('badInput', `${path} is too large for a proof`);
  const json = parseJson(bytes.toString('utf8'));
  const trust = await requireTrust(context, options);
  const ledger = { seen: await seenLedger(context.config.home, trust.ledgerKey), accept: null };
  const report = verificationReport.safeParse(json);
  if (report.success) return { report: report.data, bundle: report.data.proof, trust, ledger };
  const bundle = proofBundle.safeParse(json);
  if (bundle.success) return { report: null, bundle: bundle.data, trust, ledger };
  throw new CliError('badInput', `${path} is neither a verification report nor a proof bundle`);
}

function policyOf(options: VerifyOptions): ProofPolicy {
  const witnesses = options.witness ?? [];
  const needed = options.witnessesNeeded === undefined ? witnesses.length : Number(options.witnessesNeeded);
  if (!Number.isInteger(needed) || needed < 0)
    throw new CliError('usage', '--witnesses-needed is a whole number');
  return { witnesses, witnessesNeeded: needed };
}

const VERDICT_EXITS: Readonly<Record<Verdict, ExitName>> = {
  authorised: 'ok',
  'not-authorised': 'notAuthorised',
  altered: 'altered',
  unmarked: 'unmarked',
  inconclusive: 'inconclusive',
};

const PROOF_EXITS = {
  valid: 'ok',
  'under-witnessed': 'underWitnessed',
  diverged: 'diverged',
  invalid: 'proofInvalid',
} as const;

/** A proof that fails outranks the verdict it was to prove; so does a file that is not the one proved. */
export function exitOf(
  verdict: Verdict | null,
  proof: ProofResult | null,
  media: MediaMatch | null,
): ExitName {
  const proved = proof === null ? 'ok' : PROOF_EXITS[proof.outcome];
  if (proved === 'proofInvalid' || proved === 'diverged') return proved;
  if (media !== null && (!media.sameFile || media.matching < media.compared)) return 'proofInvalid';
  // "Authorised" without a proof, or of a file no picture of which could be compared, is a claim: none is taken here.
  if (verdict === 'authorised' && (proof === null || media?.compared === 0)) return 'proofInvalid';
  const judged = verdict === null ? 'ok' : VERDICT_EXITS[verdict];
  return judged === 'ok' ? proved : judged;
}

async function writeReports(
  { report, bundle, trust }: Material,
  checks: readonly Check[] | null,
  file: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  if (options.report !== undefined)
    await writeNewFile(options.report, `${JSON.stringify(report ?? bundle, null, 2)}\n`);
  if (options.html === undefined) return;
  if (report === null)
    throw new CliError('usage', 'a bare bundle has no verdict to report', 'Use --html with a whole report.');
  const pictures = file === undefined ? [] : await picturesFor(file, report);
  const mediaName = file === undefined ? 'recording' : basename(file);
  await writeNewFile(
    options.html,
    renderHtmlReport({ report, checks, mediaName, issuer: trust.issuer, pictures }),
  );
}
