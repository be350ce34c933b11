import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../fakes/random.js';
import { AuthenticatorError } from './error.js';
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from './software-authenticator.js';
import { registrationJson, authenticationJson } from './test-json.js';

const rpId = 'localhost';
const origin = 'http://localhost:4080';
const make = (extra: { userVerified?: boolean } = {}): SoftwareAuthenticator =>
  createSoftwareAuthenticator({ rpId, origin, random: createSeededRandom('passkey'), ...extra });

async function register(authenticator: SoftwareAuthenticator, attestationType: 'none' | 'direct' = 'none') {
  const options = await generateRegistrationOptions({
    rpName: 'Guise',
    rpID: rpId,
    userName: 'alex',
    attestationType,
    supportedAlgorithmIDs: [-7],
  });
  const result = await verifyRegistrationResponse({
    response: registrationJson(authenticator.create(options)),
    expectedChallenge: options.challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
  });
  if (!result.verified) throw new Error('not verified');
  return { ...result.registrationInfo, userId: options.user.id };
}

async function authenticate(
  authenticator: SoftwareAuthenticator,
  credential: { id: string; publicKey: Uint8Array<ArrayBuffer>; counter: number },
) {
  const options = await generateAuthenticationOptions({ rpID: rpId, userVerification: 'required' });
  const response = authenticationJson(authenticator.get(options));
  const result = await verifyAuthenticationResponse({
    response,
    expectedChallenge: options.challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    credential,
    requireUserVerification: true,
  });
  return { ...result, response };
}

describe('software authenticator, judged by @simplewebauthn/server', () => {
  it('registers without attestation and signs in, counting up', async () => {
    const authenticator = make();
    const registered = await register(authenticator);
    expect(registered.fmt).toBe('none');
    expect(registered.userVerified).toBe(true);
    expect(authenticator.credentialIds).toEqual([registered.credential.id]);

    const first = await authenticate(authenticator, registered.credential);
    expect(first.verified).toBe(true);
    expect(first.authenticationInfo.newCounter).toBe(1);
    expect(first.response.response.userHandle).toBe(registered.userId);
    const second = await authenticate(authenticator, { ...registered.credential, counter: 1 });
    expect(second.authenticationInfo.newCounter).toBe(2);
  });

  it('attests itself (packed) when asked directly', async () => {
    expect((await register(make(), 'direct')).fmt).toBe('packed');
  });

  it('is refused when it verified nobody', async () => {
    await expect(register(make({ userVerified: false }))).rejects.toThrow(/user.*verif/i);
  });

  it('gives a clone whose counter falls behind', async () => {
    const authenticator = make();
    const { credential } = await register(authenticator);
    const clone = authenticator.clone();
    expect((await authenticate(authenticator, credential)).authenticationInfo.newCounter).toBe(1);
    await expect(authenticate(clone, { ...credential, counter: 1 })).rejects.toThrow(/counter/i);
  });

  it('refuses a changed challenge: its signature covers every byte', async () => {
    const authenticator = make();
    const { credential } = await register(authenticator);
    const options = await generateAuthenticationOptions({ rpID: rpId });
    await expect(
      verifyAuthenticationResponse({
        response: authenticationJson(authenticator.get(options)),
        expectedChallenge: options.challenge.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
        expectedOrigin: origin,
        expectedRPID: rpId,
        credential,
      }),
    ).rejects.toThrow(/challenge/i);
  });
});

describe('software authenticator as a browser', () => {
  const challenge = 'c'.repeat(43);
  const creation = {
    challenge,
    rp: { id: rpId, name: 'Guise' },
    user: { id: 'dXNlcg', name: 'a', displayName: 'A' },
    pubKeyCredParams: [{ alg: -7, type: 'public-key' }],
  };
  const refusal = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof AuthenticatorError) return error.code;
      throw error;
    }
    return 'accepted';
  };

  it('refuses a foreign relying party, a second registration, other algorithms and garbage', () => {
    const authenticator = make();
    authenticator.create(creation);
    const [id] = authenticator.credentialIds;
    expect(refusal(() => authenticator.create({ ...creation, rp: { id: 'evil.test', name: 'x' } }))).toBe(
      'SecurityError',
    );
    expect(refusal(() => authenticator.create({ ...creation, excludeCredentials: [{ id }] }))).toBe(
      'InvalidStateError',
    );
    expect(refusal(() => authenticator.create({ ...creation, pubKeyCredParams: [{ alg: -257 }] }))).toBe(
      'NotSupportedError',
    );
    expect(refusal(() => authenticator.create({ challenge: 7 }))).toBe('TypeError');
    expect(refusal(() => authenticator.get({ challenge, rpId: 'evil.test' }))).toBe('SecurityError');
    expect(refusal(() => authenticator.get({ challenge, allowCredentials: [{ id: 'other' }] }))).toBe(
      'NotAllowedError',
    );
    expect(refusal(() => authenticator.get('nonsense'))).toBe('TypeError');
  });

  it('uses the same bytes for the same seed', () => {
    expect(make().create(creation)).toEqual(make().create(creation));
  });
});
