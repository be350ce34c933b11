import { bundleSha256, parseBundle, type AvatarBundle } from '@guise/avatar';
import { verifyPermit, type VerifiedPermit } from '@guise/permit';
import { PERMIT_AUDIENCE, type Audience, type Purpose } from '@guise/protocol';
import { open } from 'node:fs/promises';
import type { OwnDevice } from '../authority.js';
import { CliError } from '../cli-error.js';
import { fixedKeys } from '../home/permit-keys.js';

/** What the user wants to do; the permit must say the same. */
export interface WearTerms {
  /** Id of the avatar at the authority. */
  readonly avatar: string;
  /** SHA-256 of the bundle file that will be rendered. */
  readonly avatarSha256: string;
  readonly purpose: Purpose;
  readonly audience: Audience;
  readonly meeting?: string | undefined;
}

/** Version of this runtime; a permit may demand a newer one. */
export const RUNTIME_VERSION = '0.1.0';

/**
 * Everything that must hold before the gate may open: signature under a pinned key, issuer, type, times, this device's
 * own key, this avatar file, and the terms the user asked for.
 * @throws PermitError, CliError `gateShut`
 */
export async function verifyOwnPermit(
  jws: string,
  client: OwnDevice,
  terms: Omit<WearTerms, 'avatar'>,
  nowSeconds: number,
): Promise<VerifiedPermit> {
  const { trust } = client.pairing;
  const expected = {
    issuer: trust.issuer,
    audience: PERMIT_AUDIENCE,
    jkt: client.device.jkt,
    avatarSha256: terms.avatarSha256,
    purpose: terms.purpose,
    meeting: terms.meeting,
  };
  const permit = await (client.keys ?? fixedKeys(trust)).check((keys) =>
    verifyPermit(jws, { keys, now: nowSeconds, expected }),
  );
  if (permit.wear.audience !== terms.audience) {
    throw new CliError(
      'gateShut',
      `the permit is for ${permit.wear.audience} use only`,
      'Ask for one with --audience as you need it.',
    );
  }
  const wanted = permit.claims.runtime.min_version;
  if (isOlder(RUNTIME_VERSION, wanted)) {
    throw new CliError(
      'gateShut',
      `your organisation wants guise ${wanted} or newer, this is ${RUNTIME_VERSION}`,
      'Update guise.',
    );
  }
  return permit;
}

export function isOlder(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

const MAX_BUNDLE_BYTES = 32 * 1024 * 1024;

/** A bundle as it lies on disk: its hash is taken from the very bytes that are rendered. */
export interface LoadedBundle {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly bundle: AvatarBundle;
}

/** @throws CliError `badInput`, AvatarError */
export async function loadBundle(path: string): Promise<LoadedBundle> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CliError(
      'badInput',
      `${path} cannot be read`,
      'Give an avatar bundle (.guise) as source.',
      [],
      { cause },
    );
  });
  try {
    const { size } = await file.stat();
    if (size > MAX_BUNDLE_BYTES) throw new CliError('badInput', `${path} is too large for an avatar bundle`);
    const bytes = new Uint8Array(await file.readFile());
    return { path, bytes, sha256: bundleSha256(bytes), bundle: parseBundle(bytes) };
  } finally {
    await file.close();
  }
}
