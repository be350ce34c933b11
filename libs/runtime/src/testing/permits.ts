import {
  createEs256Signer,
  issuePermit,
  verifyPermit,
  type Es256Signer,
  type VerifiedPermit,
} from '@guise/permit';
import { PERMIT_AUDIENCE, type PermitClaims } from '@guise/protocol';
import { createSeededRandom, p256Fixture, permitClaimsFixture } from '@guise/testing';

const random = createSeededRandom('runtime');
const ISSUER = 'http://localhost:4080';
export const AVATAR_SHA256 = 'a1'.repeat(32);
export const TEMPLATE_SHA256 = 'b2'.repeat(32);
export const SESSION_NUMBER = 4711;

export const authorityKey: Es256Signer = await createEs256Signer(p256Fixture(random).privateJwk);
export const deviceKey: Es256Signer = await createEs256Signer(p256Fixture(random).privateJwk);

export interface PermitWish {
  readonly nowSeconds: number;
  readonly ttlSeconds?: number;
  readonly avatarSha256?: string;
  readonly templateSha256?: string;
  readonly sessionNumber?: number;
  /** Seconds after `nowSeconds` at which it begins. */
  readonly beginsIn?: number;
}

/** A permit that was really signed and really verified; the wishes decide what it says. */
export async function permit(wish: PermitWish): Promise<VerifiedPermit> {
  const { nowSeconds, ttlSeconds = 300, beginsIn = 0 } = wish;
  const avatarSha256 = wish.avatarSha256 ?? AVATAR_SHA256;
  const begin = nowSeconds + beginsIn;
  const fixture = permitClaimsFixture({
    ...{ random, nowSeconds: begin, ttlSeconds, jkt: deviceKey.kid, avatarSha256, issuer: ISSUER },
  });
  const [wear] = fixture.authorization_details;
  if (wear === undefined) throw new Error('the fixture authorises nothing');
  const claims: PermitClaims = {
    ...fixture,
    authorization_details: [
      {
        ...wear,
        wearer: { ...wear.wearer, template_sha256: wish.templateSha256 ?? TEMPLATE_SHA256 },
        watermark: { ...wear.watermark, session: wish.sessionNumber ?? SESSION_NUMBER },
      },
    ],
  };
  return verifyPermit(await issuePermit(claims, authorityKey), {
    keys: [{ kid: authorityKey.kid, jwk: authorityKey.publicJwk }],
    now: begin,
    expected: {
      issuer: ISSUER,
      audience: PERMIT_AUDIENCE,
      jkt: deviceKey.kid,
      avatarSha256,
      purpose: 'meeting',
    },
  });
}
