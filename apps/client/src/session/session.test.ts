import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEs256Key, createEs256Signer, issuePermit, PermitError } from '@guise/permit';
import { formatVerifierKey, createNoteSigner } from '@guise/ledger';
import type { PermitClaims } from '@guise/protocol';
import { sessionId } from '@guise/protocol';
import { createSeededRandom, permitClaimsFixture } from '@guise/testing';
import { createEpochChain } from 'invisible-watermark-ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.js';
import type { OwnDevice } from '../authority.js';
import { newDeviceKey, type DeviceKey } from '../home/device-key.js';
import { readGrantFile, writeGrantFile } from './grant-file.js';
import type { Grant } from './open-session.js';
import { isOlder, verifyOwnPermit } from './terms.js';

const NOW = 1_793_534_400;
const ISSUER = 'http://localhost:4080';
const AVATAR_SHA256 = 'ab'.repeat(32);
const TERMS = { avatarSha256: AVATAR_SHA256, purpose: 'meeting', audience: 'internal' } as const;
const random = createSeededRandom('session test');
const authorityKey = await createEs256Signer(createEs256Key(random(48)));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-session-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What the session code needs of a paired client: its key and what it pinned. */
async function pairedClient(): Promise<OwnDevice> {
  const { device } = await newDeviceKey(folder);
  const ledgerKey = formatVerifierKey(createNoteSigner('guise.test/log', random(32)).verifier);
  return {
    device,
    pairing: {
      authority: ISSUER,
      deviceName: 'test',
      trust: {
        issuer: ISSUER,
        ledgerKey,
        rpId: 'localhost',
        origins: [ISSUER],
        permitKeys: [{ ...authorityKey.publicJwk, kid: authorityKey.kid }],
      },
      tokens: { accessToken: 'a', refreshToken: 'r', accessExpiresAt: NOW, deviceId: 'dev_x' },
    },
  };
}

const claimsFor = (
  device: DeviceKey,
  change: (claims: PermitClaims) => void = () => undefined,
): PermitClaims => {
  const claims = permitClaimsFixture({
    random,
    nowSeconds: NOW,
    jkt: device.jkt,
    avatarSha256: AVATAR_SHA256,
    issuer: ISSUER,
  });
  change(claims);
  return claims;
};
const issue = (claims: PermitClaims): Promise<string> => issuePermit(claims, authorityKey);
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof PermitError ? error.code : error instanceof CliError ? error.exit : String(error),
  );

describe('the permit this device verifies itself', () => {
  it('is accepted when everything agrees', async () => {
    const client = await pairedClient();
    const permit = await verifyOwnPermit(await issue(claimsFor(client.device)), client, TERMS, NOW);
    expect(permit.wear.avatar_sha256).toBe(AVATAR_SHA256);
  });

  it.each([
    ['another device', (c: PermitClaims) => void (c.cnf.jkt = 'A'.repeat(43)), 'key-mismatch'],
    ['another authority', (c: PermitClaims) => void (c.iss = 'https://evil.test'), 'issuer'],
    ['another program', (c: PermitClaims) => void (c.aud = ['guise-console']), 'audience'],
    [
      'a meeting nobody asked for',
      (c: PermitClaims) => void c.aud.push('https://meet.test/1'),
      'meeting-mismatch',
    ],
    [
      'external use',
      (c: PermitClaims) => {
        c.authorization_details.forEach((d) => void (d.audience = 'external'));
      },
      'gateShut',
    ],
    [
      'another purpose',
      (c: PermitClaims) => {
        c.authorization_details.forEach((d) => void (d.purpose = 'training'));
      },
      'purpose-mismatch',
    ],
    [
      'another bundle',
      (c: PermitClaims) => {
        c.authorization_details.forEach((d) => void (d.avatar_sha256 = '00'.repeat(32)));
      },
      'avatar-mismatch',
    ],
    ['a newer runtime', (c: PermitClaims) => void (c.runtime.min_version = '9.0.0'), 'gateShut'],
  ])('is refused for %s', async (_, change, code) => {
    const client = await pairedClient();
    expect(
      await codeOf(verifyOwnPermit(await issue(claimsFor(client.device, change)), client, TERMS, NOW)),
    ).toBe(code);
  });

  it.each([
    [-61, 'not-yet-valid'],
    [-11, 'not-yet-valid'],
    [-10, 'accepted'],
    [10, 'accepted'],
    // Ahead, a clock only shortens the permit's life; the authority refuses what such a device signs.
    [61, 'accepted'],
    [299, 'accepted'],
    [301, 'expired'],
  ])('with a clock %i s off: %s', async (offset, code) => {
    const client = await pairedClient();
    expect(
      await codeOf(verifyOwnPermit(await issue(claimsFor(client.device)), client, TERMS, NOW + offset)),
    ).toBe(code);
  });

  it.each([
    [10, 'accepted'],
    [11, 'not-yet-valid'],
    [61, 'not-yet-valid'],
  ])('from an authority whose clock is %i s ahead: %s', async (ahead, code) => {
    const client = await pairedClient();
    const claims = claimsFor(client.device, (c) => {
      c.iat += ahead;
      c.nbf += ahead;
      c.exp += ahead;
    });
    expect(await codeOf(verifyOwnPermit(await issue(claims), client, TERMS, NOW))).toBe(code);
  });

  it('is refused when a key signed it that was not pinned', async () => {
    const client = await pairedClient();
    const stranger = await createEs256Signer(createEs256Key(random(48)));
    expect(
      await codeOf(
        verifyOwnPermit(await issuePermit(claimsFor(client.device), stranger), client, TERMS, NOW),
      ),
    ).toBe('unknown-key');
  });
});

describe('permit file', () => {
  const write = async (client: OwnDevice): Promise<{ path: string; grant: Grant }> => {
    const chainSeed = new Uint8Array(randomBytes(32));
    const chain = createEpochChain(chainSeed, 30);
    const chainEnd = Buffer.from(chain.end).toString('hex');
    const claims = claimsFor(client.device, (c) => {
      c.authorization_details.forEach((d) => void (d.watermark.chain_end = chainEnd));
    });
    const grant: Grant = {
      permit: await verifyOwnPermit(await issue(claims), client, TERMS, NOW),
      session: sessionId.parse(`ses_${'a'.repeat(26)}`),
      watermarkKey: new Uint8Array(randomBytes(32)),
      chainSeed,
      chain,
    };
    const path = join(folder, 'now.permit');
    await writeGrantFile(path, grant, client);
    return { path, grant };
  };

  it('gives this device everything back, and nobody else the secrets', async () => {
    const client = await pairedClient();
    const { path, grant } = await write(client);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, 'utf8');
    for (const secret of [grant.watermarkKey, grant.chainSeed]) {
      expect(text).not.toContain(Buffer.from(secret).toString('base64url'));
    }
    const read = await readGrantFile(path, client, TERMS, NOW);
    expect(read.watermarkKey).toEqual(grant.watermarkKey);
    expect(read.chain.keyOf(29)).toEqual(grant.chain.keyOf(29));
  });

  it('is refused on another device, when expired, altered, or for another bundle', async () => {
    const client = await pairedClient();
    const { path } = await write(client);
    expect(await codeOf(readGrantFile(path, await pairedClient(), TERMS, NOW))).toBe('key-mismatch');
    expect(await codeOf(readGrantFile(path, client, TERMS, NOW + 301))).toBe('expired');
    expect(await codeOf(readGrantFile(path, client, { ...TERMS, avatarSha256: '11'.repeat(32) }, NOW))).toBe(
      'avatar-mismatch',
    );
    const file: unknown = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify(file).replace(/"sealed":"(.{60})./, '"sealed":"$1!'));
    expect(await codeOf(readGrantFile(path, client, TERMS, NOW))).toBe('gateShut');
    await writeFile(path, 'nonsense');
    expect(await codeOf(readGrantFile(path, client, TERMS, NOW))).toBe('badInput');
  });

  it('does not help with a stolen sealing key of another device: the permit is checked first', async () => {
    const client = await pairedClient();
    const { path } = await write(client);
    const thief = await pairedClient();
    const withStolenSeal = { ...thief, device: { ...thief.device, sealKey: client.device.sealKey } };
    expect(await codeOf(readGrantFile(path, withStolenSeal, TERMS, NOW))).toBe('key-mismatch');
  });
});

describe('versions', () => {
  it.each([
    ['0.1.0', '0.1.0', false],
    ['0.1.0', '0.1.1', true],
    ['0.9.0', '0.10.0', true],
    ['1.0.0', '0.99.99', false],
  ])('%s older than %s: %s', (version, wanted, older) => {
    expect(isOlder(version, wanted)).toBe(older);
  });
});
