import { randomBytes } from 'node:crypto';
import { signSessionOpening, type VerifiedPermit } from '@guise/permit';
import { avatarId, type SessionId } from '@guise/protocol';
import { createEpochChain, type EpochChain } from 'invisible-watermark-ts';
import type { PairedClient } from '../authority.js';
import { CliError } from '../cli-error.js';
import { verifyOwnPermit, type WearTerms } from './terms.js';

/** What one session needs to render; the secrets are kept in memory, or sealed by `grant-file.ts`. */
export interface Grant {
  readonly permit: VerifiedPermit;
  readonly session: SessionId;
  /** The organisation's marking key, 32 bytes. */
  readonly watermarkKey: Uint8Array;
  readonly chainSeed: Uint8Array;
  readonly chain: EpochChain;
}

/** Longest session of one grant when the length of the material is not known: four hours. */
export const DEFAULT_CHAIN_SECONDS = 4 * 3600;

export interface OpenSessionOptions {
  /** Seconds of material; the key chain covers them and a minute more. */
  readonly seconds?: number | undefined;
  readonly ttlSeconds?: number | undefined;
}

/**
 * Commits to a fresh key chain, asks for a permit under these terms and verifies it here, and the ledger it stands on.
 * @throws PermitError, CliError `diverged` when that ledger contradicts the pinned one
 */
export async function openSession(
  client: PairedClient,
  terms: WearTerms,
  nowSeconds: () => number,
  options: OpenSessionOptions = {},
): Promise<Grant> {
  const chainSeed = new Uint8Array(randomBytes(32));
  const chain = createEpochChain(chainSeed, Math.ceil(options.seconds ?? DEFAULT_CHAIN_SECONDS) + 60);
  const opening = await signSessionOpening(
    {
      avatarSha256: terms.avatarSha256,
      chainEnd: hex(chain.end),
      chainLength: chain.length,
      iat: nowSeconds(),
      nonce: randomBytes(32).toString('base64url'),
    },
    client.device.signer,
  );
  const seen = await client.ledgerPin.seen();
  const answer = await client.deviceApi.requestPermit({
    avatar: parseAvatarId(terms.avatar),
    purpose: terms.purpose,
    audience: terms.audience,
    opening,
    ...(terms.meeting === undefined ? {} : { meeting: terms.meeting }),
    ...(options.ttlSeconds === undefined ? {} : { ttlSeconds: options.ttlSeconds }),
  });
  return {
    permit: await verifyOrClose(),
    session: answer.session,
    watermarkKey: new Uint8Array(Buffer.from(answer.watermarkKey, 'base64url')),
    chainSeed,
    chain,
  };

  /** A session whose permit is refused here is never worn: left open, it would count as running. */
  async function verifyOrClose(): Promise<VerifiedPermit> {
    try {
      const permit = await verifyOwnPermit(answer.permit, client, terms, nowSeconds());
      await client.ledgerPin.follow(permit.claims.checkpoint, seen);
      requireChain(permit, chain);
      return permit;
    } catch (error) {
      // Why it was refused is what the user must hear, also when the authority cannot be told.
      await client.deviceApi.close(answer.session, 'failed').catch(() => undefined);
      throw error;
    }
  }
}

/** @throws CliError `gateShut` when the permit names another session's marks */
export function requireChain(permit: VerifiedPermit, chain: EpochChain): void {
  if (permit.wear.watermark.chain_end !== hex(chain.end)) {
    throw new CliError('gateShut', 'the permit is for another session', 'Run the command again.');
  }
}

export function parseAvatarId(text: string) {
  const parsed = avatarId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(
    'usage',
    `${text} is no avatar id`,
    'It looks like ava_ and 26 characters; `guise avatar draft` and the console show it.',
  );
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
