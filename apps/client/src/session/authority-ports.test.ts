import { createBinariser, sha256HexOf } from '@guise/identity';
import { createEs256Key, createEs256Signer, issuePermit, verifyPermit } from '@guise/permit';
import { EMBEDDING_LENGTH, PERMIT_AUDIENCE, type DeviceTemplate } from '@guise/protocol';
import { createSeededRandom, permitClaimsFixture } from '@guise/testing';
import { describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.js';
import { fetchWearerTemplate } from './authority-ports.js';

const NOW = 1_793_534_400;
const ISSUER = 'http://localhost:4080';
const random = createSeededRandom('authority ports');
const seed = random(32);
const faceOf = (name: string): Float32Array =>
  Float32Array.from(createSeededRandom(name)(EMBEDDING_LENGTH), (byte) => byte - 127.5);
const [wearerFace, otherFace] = [faceOf('the wearer'), faceOf('somebody else')];
const templateOf = (face: Float32Array): Uint8Array => createBinariser(seed).protect(face);

/** A permit for the wearer's own template, verified as the runtime verifies it. */
async function permitForWearer() {
  const key = await createEs256Signer(createEs256Key(random(48)));
  const [jkt, avatarSha256] = ['A'.repeat(43), 'ab'.repeat(32)];
  const claims = permitClaimsFixture({ random, nowSeconds: NOW, jkt, avatarSha256, issuer: ISSUER });
  claims.authorization_details.forEach((details) => {
    details.wearer.template_sha256 = sha256HexOf(templateOf(wearerFace));
  });
  return verifyPermit(await issuePermit(claims, key), {
    keys: [{ kid: key.kid, jwk: key.publicJwk }],
    now: NOW,
    expected: { issuer: ISSUER, audience: PERMIT_AUDIENCE, jkt, avatarSha256, purpose: 'meeting' },
  });
}

const permit = await permitForWearer();
const { source_face: sourceFace, template_sha256: permitted } = permit.wear.wearer;

function fetchFrom(change: Partial<DeviceTemplate> = {}) {
  const answer = {
    sourceFace,
    template: Buffer.from(templateOf(wearerFace)).toString('base64url'),
    seed: Buffer.from(seed).toString('base64url'),
    sha256: permitted,
    ...change,
  };
  return fetchWearerTemplate({ deviceApi: { template: () => Promise.resolve(answer) } }, { permit });
}

const exitOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'opened',
    (error: unknown) => (error instanceof CliError ? error.exit : String(error)),
  );

describe("the wearer's template", () => {
  it('is the one the permit names, and knows the wearer from others', async () => {
    const wearer = await fetchFrom();
    expect(wearer.sha256).toBe(permitted);
    expect(wearer.compareWearer(wearerFace)).toBeCloseTo(1, 5);
    expect(wearer.compareWearer(otherFace)).toBeLessThan(0.5);
  });

  it('of another face keeps the gate shut, though the authority claims the hash of the permit', async () => {
    const template = Buffer.from(templateOf(otherFace)).toString('base64url');
    expect(await exitOf(fetchFrom({ template }))).toBe('gateShut');
  });

  it('counts by its bytes, not by the hash that is claimed beside it', async () => {
    expect((await fetchFrom({ sha256: '00'.repeat(32) })).sha256).toBe(permitted);
  });

  it('under the name of another source face keeps the gate shut', async () => {
    const other = permit.wear.source_face ?? sourceFace;
    expect(await exitOf(fetchFrom({ sourceFace: other }))).toBe('gateShut');
  });
});
