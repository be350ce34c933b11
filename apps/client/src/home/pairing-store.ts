import { join } from 'node:path';
import type { DeviceTokens, TokenStore } from '@guise/api-client';
import { trustRoot, type TrustRoot } from '@guise/protocol';
import { z } from 'zod';
import { AUTHORITY_ADDRESS_RULE, isSafeAuthorityAddress } from '../authority-address.js';
import { CliError } from '../cli-error.js';
import { parseJson } from './device-key.js';
import { withLock } from './lock.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

const pairingFile = z.strictObject({
  format: z.literal('guise-pairing/1'),
  authority: z.string().refine(isSafeAuthorityAddress, AUTHORITY_ADDRESS_RULE),
  deviceName: z.string(),
  /** What this device believes of its authority, pinned when it was paired. */
  trust: trustRoot,
  tokens: z.strictObject({
    accessToken: z.string(),
    refreshToken: z.string(),
    accessExpiresAt: z.int(),
    deviceId: z.string(),
  }),
});

export interface Pairing {
  readonly authority: string;
  readonly deviceName: string;
  readonly trust: TrustRoot;
  readonly tokens: DeviceTokens;
}

const pairingPath = (home: string): string => join(home, 'pairing.json');

/** @throws CliError `notPaired` when the file is damaged or readable by others */
export async function loadPairing(home: string): Promise<Pairing | null> {
  const text = await readPrivateFile(pairingPath(home));
  if (text === null) return null;
  const parsed = pairingFile.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new CliError(
      'notPaired',
      `${pairingPath(home)} is damaged`,
      'Delete it and pair again: `guise login`.',
    );
  }
  return parsed.data;
}

export async function savePairing(home: string, pairing: Pairing): Promise<void> {
  await writePrivateFile(
    pairingPath(home),
    `${JSON.stringify({ format: 'guise-pairing/1', ...pairing }, null, 2)}\n`,
  );
}

/** @throws CliError `notPaired` */
export async function requirePairing(home: string): Promise<Pairing> {
  const pairing = await loadPairing(home);
  if (pairing !== null) return pairing;
  throw new CliError(
    'notPaired',
    'this device is not paired with an authority',
    'Run `guise login --authority URL` first.',
  );
}

/** The tokens of the pairing, safe against other guise processes. */
export function tokenStoreOf(home: string): TokenStore {
  return {
    read: async () => (await requirePairing(home)).tokens,
    write: async (tokens) => {
      await savePairing(home, { ...(await requirePairing(home)), tokens });
    },
    exclusively: (work) => withLock(join(home, 'tokens.lock'), work),
  };
}
