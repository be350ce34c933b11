import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import {
  awaitPairing,
  createDpopTransport,
  createPublicApi,
  createTransport,
  startPairing,
  type PublicApi,
} from '@guise/api-client';
import type { VerifiedCheckpoint } from '@guise/ledger';
import { parsePublishedKeys } from '@guise/permit';
import { trustRoot, type TrustRoot } from '@guise/protocol';
import type { Command } from 'commander';
import { requireAuthorityUrl } from '../authority.js';
import { CliError } from '../cli-error.js';
import { nowSecondsOf, type CommandContext } from '../context.js';
import { dpopSignerOf, newDeviceKey, parseJson } from '../home/device-key.js';
import { createLedgerPin } from '../home/ledger-pin.js';
import { loadPairing, savePairing } from '../home/pairing-store.js';
import { isSameAuthority, learnKeys, trustWith } from '../home/permit-keys.js';

export interface LoginOptions {
  readonly authority?: string | undefined;
  readonly deviceName?: string | undefined;
  readonly trust?: string | undefined;
}

export function registerLogin(program: Command, context: CommandContext): void {
  program
    .command('login')
    .description('pair this device with your authority')
    .option('--authority <url>', 'address of the authority (default: GUISE_AUTHORITY)')
    .option('--device-name <name>', 'name shown when you confirm (default: the host name)')
    .option('--trust <file>', 'trust root received by a safe way; the authority must show the same one')
    .addHelpText(
      'after',
      `
A new P-256 key is made and stays in ${context.config.home} (mode 0600). You confirm the printed code in the
console with your passkey (RFC 8628); from then on permits are bound to this key. Running it again pairs anew.

Examples:
  $ guise login --authority https://guise.example.org
  $ guise login --authority https://guise.example.org --device-name "Studio 2" --trust trust.json`,
    )
    .action((options: LoginOptions) => login(context, options));
}

export async function login(context: CommandContext, options: LoginOptions): Promise<void> {
  const authority = requireAuthorityUrl(context, options.authority);
  const transport = createTransport({ baseUrl: authority });
  const publicApi = createPublicApi(transport);
  const { trust, checkpoint } = await agreeOnTrust(context, publicApi, authority, options.trust);

  const { device, save } = await newDeviceKey(context.config.home);
  const now = nowSecondsOf(context);
  const dpop = createDpopTransport(transport, dpopSignerOf(device, now));
  const deviceName = options.deviceName ?? hostname();
  const offer = await startPairing(dpop, deviceName);
  context.output.say(
    {
      type: 'pairing',
      userCode: offer.user_code,
      verificationUri: offer.verification_uri,
      expiresIn: offer.expires_in,
      jkt: device.jkt,
    },
    `Open   ${offer.verification_uri}\nConfirm ${offer.user_code}   (device key ${device.jkt.slice(0, 12)}…, valid ${String(Math.round(offer.expires_in / 60))} min)`,
  );

  const tokens = await awaitPairing({ dpop, nowSeconds: now, sleepMs: context.sleepMs }, offer);
  await save();
  await savePairing(context.config.home, { authority, deviceName, trust, tokens });
  const ledgerPin = createLedgerPin(context.config.home, publicApi, trust.ledgerKey);
  if (checkpoint !== null) await ledgerPin.accept(checkpoint);
  const pin = await ledgerPin.advance();
  context.output.say(
    { type: 'paired', authority, deviceId: tokens.deviceId, jkt: device.jkt, ledgerSize: pin.size },
    `Paired with ${authority} as ${tokens.deviceId}. Ledger pinned at size ${String(pin.size)}.`,
  );
}

/** What is pinned, and the state of the ledger that it was read from; null where the authority shows no history of keys. */
interface AgreedTrust {
  readonly trust: TrustRoot;
  readonly checkpoint: VerifiedCheckpoint | null;
}

/**
 * The trust root is pinned now; later answers of the authority are checked against it. Its keys are those that the ledger
 * tells of: none that only the authority shows, and none of those known here before is left out.
 */
async function agreeOnTrust(
  context: CommandContext,
  api: PublicApi,
  authority: string,
  file: string | undefined,
): Promise<AgreedTrust> {
  const offered = await api.trustRoot();
  if (offered.issuer.replace(/\/+$/, '') !== authority) {
    throw new CliError(
      'refused',
      `the authority calls itself ${offered.issuer}, not ${authority}`,
      'Use the address it calls itself.',
    );
  }
  const held = file === undefined ? null : await readTrustRoot(file);
  if (held !== null && !isSameAuthority(held, offered)) {
    throw new CliError(
      'refused',
      'the authority shows another trust root than the file',
      'Do not pair; ask whoever gave you the file.',
    );
  }
  const trust = held ?? offered;
  const before = (await loadPairing(context.config.home))?.trust;
  const known = [held, before !== undefined && isSameAuthority(before, trust) ? before : null].flatMap(
    (root) => (root === null ? [] : parsePublishedKeys(root.permitKeys)),
  );
  const learnt = await learnKeys(trust, known, api);
  return learnt === null
    ? { trust, checkpoint: null }
    : { trust: trustWith(trust, learnt.keys), checkpoint: learnt.checkpoint };
}

/** @throws CliError `badInput` */
export async function readTrustRoot(file: string): Promise<TrustRoot> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError('badInput', `${file} cannot be read`, null, [], { cause });
  });
  const parsed = trustRoot.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CliError(
    'badInput',
    `${file} is not a trust root`,
    'Save /.well-known/guise-trust.json of the authority.',
  );
}
