import { createHash, randomUUID } from 'node:crypto';
import { signEvidenceSegment, signSessionOpening } from '@guise/permit';
import {
  permitResponse,
  sessionId,
  type EvidenceEpoch,
  type EvidenceSegment,
  type SessionOpening,
} from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { createEpochChain, type EpochChain } from 'invisible-watermark-ts';
import type { ApiAnswer } from './api.js';
import type { TestAuthority } from './authority.js';
import type { TestDevice } from './devices.js';

export const CHAIN_LENGTH = 100;

/** A wish for a new session, with what an attacker changes of it. */
export interface OpeningOptions {
  readonly request?: Readonly<Record<string, unknown>>;
  readonly opening?: Partial<SessionOpening>;
  /** Signs the opening instead of the device. */
  readonly signer?: TestDevice['signer'];
  /** Of the key chain; without it a chain of its own, for a chain opens one session. */
  readonly seed?: string;
}

/** Asks for a permit of a new session. */
export async function askPermit(
  authority: TestAuthority,
  device: TestDevice,
  avatar: { readonly id: string; readonly sha256: string },
  options: OpeningOptions = {},
): Promise<{ readonly answer: ApiAnswer; readonly chain: EpochChain }> {
  const chain = createEpochChain(createSeededRandom(options.seed ?? randomUUID())(32), CHAIN_LENGTH);
  const opening = await signSessionOpening(
    {
      avatarSha256: avatar.sha256,
      chainEnd: Buffer.from(chain.end).toString('hex'),
      chainLength: CHAIN_LENGTH,
      iat: authority.clock.nowSeconds(),
      nonce: 'n'.repeat(22),
      ...options.opening,
    },
    options.signer ?? device.signer,
  );
  const request = {
    avatar: avatar.id,
    purpose: 'meeting',
    audience: 'internal',
    opening,
    ...options.request,
  };
  return { answer: await device.call('POST', '/v1/permits', request), chain };
}

/** A running session that leaves evidence as a runtime would. */
export interface TestSession {
  readonly id: string;
  readonly permit: string;
  readonly chain: EpochChain;
  /** Next segment over these epochs, signed by the device; changes are made before it is signed. */
  segment(epochs: readonly number[], changes?: Partial<EvidenceSegment>): Promise<string>;
  /** Sends a segment and, when it is accepted, goes on after it. */
  submit(jws: string): Promise<ApiAnswer>;
  disclose(epoch: number, key?: Uint8Array): Promise<ApiAnswer>;
  lease(): Promise<ApiAnswer>;
}

export async function openTestSession(
  authority: TestAuthority,
  device: TestDevice,
  avatar: { readonly id: string; readonly sha256: string },
  options: OpeningOptions = {},
): Promise<TestSession> {
  const { answer, chain } = await askPermit(authority, device, avatar, options);
  const { session: id, permit } = permitResponse.parse(answer.body);
  const openedAt = authority.clock.nowSeconds();
  let sequence = 0;
  let previous: string | null = null;
  return {
    id,
    permit,
    chain,
    segment: (epochs, changes) =>
      signEvidenceSegment(
        {
          session: sessionId.parse(id),
          sequence,
          previous,
          permit: permitIdOf(permit),
          frame: { width: 1280, height: 720 },
          epochs: epochs.map((epoch) => testEpoch(epoch, openedAt)),
          ...changes,
        },
        device.signer,
      ),
    submit: async (jws) => {
      const submitted = await device.call('POST', `/v1/sessions/${id}/evidence`, { segment: jws });
      if (submitted.status === 201) {
        sequence += 1;
        previous = createHash('sha256').update(jws).digest('hex');
      }
      return submitted;
    },
    disclose: (epoch, key = chain.keyOf(epoch)) =>
      device.call('POST', `/v1/sessions/${id}/keys`, { epoch, key: Buffer.from(key).toString('hex') }),
    lease: () => device.call('GET', `/v1/sessions/${id}/lease`),
  };
}

export function testEpoch(
  epoch: number,
  openedAt: number,
  changes: Partial<EvidenceEpoch> = {},
): EvidenceEpoch {
  return {
    epoch,
    renderedAt: openedAt + epoch,
    frames: 30,
    slateFrames: 0,
    frameRoot: 'ab'.repeat(32),
    fingerprints: [Buffer.alloc(196, epoch).toString('base64url')],
    ...changes,
  };
}

function permitIdOf(jws: string): string {
  const claims: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
  if (typeof claims !== 'object' || claims === null || !('jti' in claims)) throw new Error('no permit');
  return String(claims.jti);
}
