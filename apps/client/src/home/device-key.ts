import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createEs256Key,
  createEs256Signer,
  KEY_RANDOM_BYTES,
  makeDpopProof,
  p256PrivateJwk,
  type Es256Signer,
} from '@guise/permit';
import type { SignDpopProof } from '@guise/api-client';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/** The P-256 key that is this device, and a key that seals what only this device may read again. */
const deviceKeyFile = z.strictObject({
  format: z.literal('guise-device-key/1'),
  key: p256PrivateJwk,
  seal: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export interface DeviceKey {
  readonly signer: Es256Signer;
  /** RFC 7638 thumbprint: what permits are bound to. */
  readonly jkt: string;
  /** 32 bytes. */
  readonly sealKey: Uint8Array;
}

const keyPath = (home: string): string => join(home, 'device-key.json');

/** @throws CliError `notPaired`: the file is readable by others, or no key of ours */
export async function loadDeviceKey(home: string): Promise<DeviceKey | null> {
  const text = await readPrivateFile(keyPath(home));
  if (text === null) return null;
  const parsed = deviceKeyFile.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new CliError(
      'notPaired',
      `${keyPath(home)} is damaged`,
      'Delete it and pair again: `guise login`.',
    );
  }
  return deviceKeyOf(parsed.data);
}

/**
 * A new key, not stored yet. `save` puts it in its file, mode 0600, over an older one, whose pairing is void from
 * then on: so it is called when the new pairing stands.
 */
export async function newDeviceKey(
  home: string,
): Promise<{ readonly device: DeviceKey; readonly save: () => Promise<void> }> {
  const stored = {
    format: 'guise-device-key/1' as const,
    key: createEs256Key(new Uint8Array(randomBytes(KEY_RANDOM_BYTES))),
    seal: randomBytes(32).toString('base64url'),
  };
  return {
    device: await deviceKeyOf(stored),
    save: () => writePrivateFile(keyPath(home), `${JSON.stringify(stored, null, 2)}\n`),
  };
}

async function deviceKeyOf(stored: z.infer<typeof deviceKeyFile>): Promise<DeviceKey> {
  const signer = await createEs256Signer(stored.key);
  return { signer, jkt: signer.kid, sealKey: new Uint8Array(Buffer.from(stored.seal, 'base64url')) };
}

/** DPoP proofs by this device (RFC 9449 §4.2): a fresh `jti` for each. */
export function dpopSignerOf(device: DeviceKey, nowSeconds: () => number): SignDpopProof {
  return (claims) =>
    makeDpopProof(device.signer, {
      ...claims,
      jti: randomBytes(16).toString('base64url'),
      iat: nowSeconds(),
    });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
