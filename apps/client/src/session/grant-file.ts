import { readFile } from 'node:fs/promises';
import { base64url, sessionId, sha256Hex } from '@guise/protocol';
import { compactDecrypt, CompactEncrypt } from 'jose';
import { createEpochChain } from 'invisible-watermark-ts';
import { z } from 'zod';
import type { OwnDevice } from '../authority.js';
import { CliError } from '../cli-error.js';
import { parseJson } from '../home/device-key.js';
import { writePrivateFile } from '../home/private-file.js';
import { requireChain, type Grant } from './open-session.js';
import { verifyOwnPermit, type WearTerms } from './terms.js';

const MAX_GRANT_BYTES = 64 * 1024;

/** `guise permit -o`: the permit in clear, the session's secrets readable by this device alone. */
const grantFile = z.strictObject({
  format: z.literal('guise-permit/1'),
  permit: z.string().max(8192),
  session: sessionId,
  avatarSha256: sha256Hex,
  /** JWE (`dir`, A256GCM) under this device's sealing key. */
  sealed: z.string().max(4096),
});

const secrets = z.strictObject({
  watermarkKey: base64url(43).length(43),
  chainSeed: base64url(43).length(43),
  chainLength: z.int().min(1).max(86_400),
});

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;

export async function writeGrantFile(path: string, grant: Grant, client: OwnDevice): Promise<void> {
  const clear = JSON.stringify({
    watermarkKey: Buffer.from(grant.watermarkKey).toString('base64url'),
    chainSeed: Buffer.from(grant.chainSeed).toString('base64url'),
    chainLength: grant.chain.length,
  });
  const sealed = await new CompactEncrypt(new TextEncoder().encode(clear))
    .setProtectedHeader(ENCRYPTION)
    .encrypt(client.device.sealKey);
  const file = {
    format: 'guise-permit/1',
    permit: grant.permit.jws,
    session: grant.session,
    avatarSha256: grant.permit.wear.avatar_sha256,
    sealed,
  };
  await writePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
}

/**
 * Reads a permit file. The permit is verified first and in full; only then is anything unsealed.
 * @throws PermitError when the permit does not hold here and now, CliError `badInput`
 */
export async function readGrantFile(
  path: string,
  client: OwnDevice,
  terms: Omit<WearTerms, 'avatar'>,
  nowSeconds: number,
): Promise<Grant> {
  const file = await parseGrantFile(path);
  const permit = await verifyOwnPermit(file.permit, client, terms, nowSeconds);
  const { watermarkKey, chainSeed, chainLength } = await unseal(file.sealed, client.device.sealKey, path);
  const seed = fromBase64Url(chainSeed);
  const chain = createEpochChain(seed, chainLength);
  requireChain(permit, chain);
  return { permit, session: file.session, watermarkKey: fromBase64Url(watermarkKey), chainSeed: seed, chain };
}

async function parseGrantFile(path: string): Promise<z.infer<typeof grantFile>> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CliError('badInput', `${path} cannot be read`, null, [], { cause });
  });
  const parsed = grantFile.safeParse(
    bytes.length > MAX_GRANT_BYTES ? null : parseJson(bytes.toString('utf8')),
  );
  if (parsed.success) return parsed.data;
  throw new CliError(
    'badInput',
    `${path} is no permit file`,
    'Make one with `guise permit`, or leave --permit out.',
  );
}

async function unseal(sealed: string, key: Uint8Array, path: string): Promise<z.infer<typeof secrets>> {
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [ENCRYPTION.alg],
      contentEncryptionAlgorithms: [ENCRYPTION.enc],
    });
    return secrets.parse(parseJson(new TextDecoder().decode(plaintext)));
  } catch (cause) {
    throw new CliError(
      'gateShut',
      `${path} was sealed by another device`,
      'Make one on this device with `guise permit`.',
      [],
      { cause },
    );
  }
}

const fromBase64Url = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
