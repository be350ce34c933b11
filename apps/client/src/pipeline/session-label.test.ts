import { createI420, drawDisclosureLabel, type I420Frame } from '@guise/frame';
import {
  createEs256Key,
  createEs256Signer,
  issuePermit,
  verifyPermit,
  type VerifiedPermit,
} from '@guise/permit';
import { PERMIT_AUDIENCE, type LabelPosition } from '@guise/protocol';
import type { PermitSource } from '@guise/runtime';
import { createSeededRandom, permitClaimsFixture } from '@guise/testing';
import { describe, expect, it } from 'vitest';
import { SessionLabel } from './session-label.js';

const NOW = 1_793_534_400;
const random = createSeededRandom('session label');
const key = await createEs256Signer(createEs256Key(random(48)));
const [jkt, avatarSha256] = ['A'.repeat(43), 'ab'.repeat(32)];

async function permitWith(label: string, positions: LabelPosition[]): Promise<VerifiedPermit> {
  const claims = permitClaimsFixture({ random, nowSeconds: NOW, jkt, avatarSha256 });
  claims.authorization_details.forEach((wear) => {
    wear.label = label;
    wear.label_positions = positions;
  });
  return verifyPermit(await issuePermit(claims, key), {
    keys: [{ kid: key.kid, jwk: key.publicJwk }],
    now: NOW,
    expected: { issuer: claims.iss, audience: PERMIT_AUDIENCE, jkt, avatarSha256, purpose: 'meeting' },
  });
}

const sourceOf = (permit: VerifiedPermit): PermitSource => ({
  renew: () => Promise.resolve(permit),
  lease: () => Promise.reject(new Error('not asked')),
  status: () => Promise.reject(new Error('not asked')),
  watch: () => () => undefined,
});

const frame = (): I420Frame => createI420(640, 360);
const drawnBy = (label: SessionLabel): Uint8Array => {
  const drawn = frame();
  expect(label.draw(drawn)).toBe(true);
  return drawn.data;
};
const picture = (text: string, corner: LabelPosition): Uint8Array => {
  const drawn = frame();
  expect(drawDisclosureLabel(drawn, text, corner)).not.toBeNull();
  return drawn.data;
};

describe("the session's label", () => {
  it('is the text of the permit, in the first of its corners', async () => {
    const label = new SessionLabel(await permitWith('AI MODIFIED BY ACME', ['bottom-left', 'top-left']));
    expect(drawnBy(label)).toEqual(picture('AI MODIFIED BY ACME', 'bottom-left'));
  });

  it('stands where the wearer chose, if the permit lets it, and nothing begins if not', async () => {
    const permit = await permitWith('AI MODIFIED', ['bottom-left', 'top-left']);
    expect(drawnBy(new SessionLabel(permit, 'top-left'))).toEqual(picture('AI MODIFIED', 'top-left'));
    expect(() => new SessionLabel(permit, 'top-right')).toThrow(/does not let the label stand top-right/);
  });

  it('is that of the renewed permit from then on, and leaves a corner that is not permitted any more', async () => {
    const label = new SessionLabel(await permitWith('AI MODIFIED', ['top-right', 'top-left']), 'top-left');
    const source = label.following(sourceOf(await permitWith('AI MODIFIED BY ACME', ['bottom-right'])));
    expect(drawnBy(label)).toEqual(picture('AI MODIFIED', 'top-left'));
    await source.renew();
    expect(drawnBy(label)).toEqual(picture('AI MODIFIED BY ACME', 'bottom-right'));
  });

  it('is refused, not shrunk, by a picture that cannot carry it: the slate is shown then', async () => {
    const label = new SessionLabel(await permitWith('AI MODIFIED BY ACMECORPORATION', ['top-right']));
    expect(label.draw(createI420(64, 48))).toBe(false);
  });
});
