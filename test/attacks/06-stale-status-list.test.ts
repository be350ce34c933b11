/** THREATS 6: the network serves a status list that is old, foreign, or a bomb. Whatever it serves, the gate shuts. */
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServedWearing, openTestSession, type ServedWearing } from '@guise/authority/testing';
import { checkStatus } from '@guise/client/session';
import {
  createEs256Key,
  createEs256Signer,
  issuePermit,
  issueStatusList,
  packPermitStatuses,
  PermitError,
  verifyPermit,
  type Es256Signer,
} from '@guise/permit';
import { PERMIT_AUDIENCE } from '@guise/protocol';
import { createFakeClock, createSeededRandom, permitClaimsFixture } from '@guise/testing';
import { formatVerifierKey, createNoteSigner } from '@guise/ledger';
import { createWire, openLiveRuntime } from '../bench/src/authority/live-runtime.js';

describe('a network that serves the list from before the revocation', () => {
  let wearing: ServedWearing;
  beforeAll(async () => {
    wearing = await openServedWearing('embedded');
  });
  afterAll(() => wearing.organisation.authority.close());

  it('keeps the gate open until that list ends, while leases and all else go on', async () => {
    const { authority } = wearing.organisation;
    const session = await openTestSession(authority, wearing.device, wearing.avatar);
    const fake = createFakeClock();
    let kept: { text: string; headers: Headers } | undefined;
    const replaying: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      if (!(typeof input === 'string' && input.includes('/v1/status-lists/'))) return answer;
      kept ??= { text: await answer.text(), headers: answer.headers };
      return new Response(kept.text, { headers: kept.headers });
    };
    const live = await openLiveRuntime(wearing, session, {
      clock: { wallMs: fake.nowMs, monotonicMs: fake.monotonicMs },
      wire: { ...createWire(), fetch: replaying },
      nowSeconds: () => authority.clock.nowSeconds(),
    });
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        authority.clock.advanceSeconds(1);
        fake.advanceMs(1_000);
        live.keeper.tick();
        // Leases come over a real connection: shut for lack of one it is only until the answer is there.
        await expect.poll(live.reason).toBe('no-face');
      }
    };
    await pass(119);
    authority.clock.advanceSeconds(1);
    fake.advanceMs(1_000);
    await expect.poll(live.reason).toBe('status-unknown');
    live.keeper.stop();
  });
});

const NOW = 1_793_534_400;
const ISSUER = 'https://authority.example';
const INDEX = 4711;
const random = createSeededRandom('status attack');
const newSigner = () => createEs256Signer(createEs256Key(random(48)));

describe('a list that is not the one of the permit', () => {
  let authority: Es256Signer;
  let ask: (token: string) => Promise<string>;
  const uri = `${ISSUER}/v1/status-lists/own`;

  beforeAll(async () => {
    authority = await newSigner();
    const key = { kid: authority.kid, jwk: authority.publicJwk };
    const [jkt, avatarSha256] = ['A'.repeat(43), 'ab'.repeat(32)];
    const claims = permitClaimsFixture({ random, nowSeconds: NOW, jkt, avatarSha256, issuer: ISSUER });
    const named = { ...claims, status: { status_list: { idx: INDEX, uri } } };
    const permit = await verifyPermit(await issuePermit(named, authority), {
      keys: [key],
      now: NOW,
      expected: { issuer: ISSUER, audience: PERMIT_AUDIENCE, jkt, avatarSha256, purpose: 'meeting' },
    });
    const trust = {
      issuer: ISSUER,
      ledgerKey: formatVerifierKey(createNoteSigner('authority.example/log', random(32)).verifier),
      rpId: 'authority.example',
      origins: [ISSUER],
      permitKeys: [{ ...key.jwk, kid: key.kid }],
    };
    const tokens = { accessToken: '', refreshToken: '', accessExpiresAt: 0, deviceId: '' };
    const pairing = { authority: ISSUER, deviceName: 'device', trust, tokens };
    ask = async (token) => {
      const publicApi = { statusList: () => Promise.resolve(token) };
      try {
        return (await checkStatus({ pairing, publicApi }, permit, NOW)).status;
      } catch (error) {
        return error instanceof PermitError ? error.code : String(error);
      }
    };
  });

  const list = (changes: Partial<Parameters<typeof issueStatusList>[0]> = {}, signer = authority) =>
    issueStatusList(
      {
        ...{ uri, iat: NOW, exp: NOW + 120, ttlSeconds: 30, statuses: packPermitStatuses([]) },
        ...changes,
      },
      signer,
    );

  it('is refused: old, from the future, of another key, for another address', async () => {
    expect(await ask(await list())).toBe('valid');
    expect(await ask(await list({ statuses: packPermitStatuses([[INDEX, 'invalid']]) }))).toBe('invalid');
    expect(await ask(await list({ iat: NOW - 120, exp: NOW }))).toBe('expired');
    expect(await ask(await list({ iat: NOW + 11, exp: NOW + 120 }))).toBe('not-yet-valid');
    expect(await ask(await list({}, await newSigner()))).toBe('unknown-key');
    expect(await ask(await list({ uri: `${ISSUER}/v1/status-lists/other` }))).toBe('status-subject');
  });

  it('is refused when it is too short for the permit, or no list at all', async () => {
    const short = { bits: 2 as const, bytes: new Uint8Array(100) };
    expect(await ask(await list({ statuses: short }))).toBe('status-index');
    expect(await ask('<html>sign in to this network</html>')).toBe('malformed');
    expect(await ask('')).toBe('malformed');
  });

  it('is not inflated beyond the length of a list, even if the authority itself signed it', async () => {
    const bomb = { bits: 2 as const, bytes: new Uint8Array(8 * 2 ** 20) };
    expect(deflateSync(bomb.bytes).length).toBeLessThan(100_000);
    expect(await ask(await list({ statuses: bomb }))).toBe('status-size');
  });
});
