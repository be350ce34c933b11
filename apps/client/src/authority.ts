import { join } from 'node:path';
import {
  bearerExchange,
  createDeviceApi,
  createDeviceTransport,
  createDpopTransport,
  createPersonApi,
  createPublicApi,
  createTransport,
  type DeviceApi,
  type PersonApi,
  type PublicApi,
} from '@guise/api-client';
import { AUTHORITY_ADDRESS_RULE, isSafeAuthorityAddress } from './authority-address.js';
import { CliError } from './cli-error.js';
import { nowSecondsOf, type CommandContext } from './context.js';
import { dpopSignerOf, loadDeviceKey, type DeviceKey } from './home/device-key.js';
import { createLedgerPin, type LedgerPin } from './home/ledger-pin.js';
import { createPermitKeys, type PermitKeys } from './home/permit-keys.js';
import { loadPairing, requirePairing, tokenStoreOf, type Pairing } from './home/pairing-store.js';
import { readPrivateFile } from './home/private-file.js';

/** A paired device talking to its authority. */
export interface PairedClient {
  readonly pairing: Pairing;
  readonly device: DeviceKey;
  readonly publicApi: PublicApi;
  readonly personApi: PersonApi;
  readonly deviceApi: DeviceApi;
  readonly ledgerPin: LedgerPin;
  readonly keys: PermitKeys;
}

/** This device and what it pinned: enough to judge a permit. Without `keys` it learns of no new ones. */
export type OwnDevice = Pick<PairedClient, 'pairing' | 'device'> & Partial<Pick<PairedClient, 'keys'>>;

/** @throws CliError `notPaired` */
export async function openPairedClient(
  context: Pick<CommandContext, 'config' | 'nowMs'>,
): Promise<PairedClient> {
  const { home } = context.config;
  const pairing = await requirePairing(home);
  const device = await loadDeviceKey(home);
  if (device === null)
    throw new CliError('notPaired', 'the device key is gone', 'Pair again: `guise login`.');
  const now = nowSecondsOf(context);
  const transport = createTransport({ baseUrl: pairing.authority });
  const publicApi = createPublicApi(transport);
  const dpop = createDpopTransport(transport, dpopSignerOf(device, now));
  const exchange = createDeviceTransport(dpop, tokenStoreOf(home), now);
  const ledgerPin = createLedgerPin(home, publicApi, pairing.trust.ledgerKey);
  return {
    pairing,
    device,
    publicApi,
    ledgerPin,
    keys: createPermitKeys(pairing.trust, { home, publicApi, ledgerPin, nowMs: context.nowMs }),
    personApi: createPersonApi(exchange),
    deviceApi: createDeviceApi(exchange),
  };
}

/** Address from the option, the environment or the pairing, in this order. @throws CliError `usage` */
export function requireAuthorityUrl(context: CommandContext, option: string | undefined): string {
  const url = option ?? context.config.authority;
  if (url === null) {
    throw new CliError(
      'usage',
      'no authority is named',
      'Give --authority https://… or set GUISE_AUTHORITY.',
    );
  }
  if (!isSafeAuthorityAddress(url)) {
    throw new CliError('usage', `${url} is no safe address of an authority`, AUTHORITY_ADDRESS_RULE);
  }
  return url.replace(/\/+$/, '');
}

export interface SignInOptions {
  readonly signIn?: string | undefined;
  readonly authority?: string | undefined;
}

export const SIGN_IN_HELP =
  'file with the token of a passkey sign-in, mode 0600 (default: sign-in in the guise folder)';

/**
 * Acts as a person, not as a device: enrolling, drafting and verifying are a person's deeds.
 * @throws CliError `notPaired`, `usage`
 */
export async function openPersonApi(context: CommandContext, options: SignInOptions): Promise<PersonApi> {
  const paired = await loadPairing(context.config.home);
  const baseUrl = requireAuthorityUrl(context, options.authority ?? paired?.authority);
  const path = options.signIn ?? join(context.config.home, 'sign-in');
  const token = (await readPrivateFile(path))?.trim();
  if (token === undefined || token === '') {
    throw new CliError(
      'notPaired',
      `this needs your own sign-in, and ${path} holds none`,
      `Sign in with your passkey at ${baseUrl}/account, copy the sign-in for the command line, and save it there (chmod 600).`,
    );
  }
  return createPersonApi(bearerExchange(createTransport({ baseUrl }), token));
}
