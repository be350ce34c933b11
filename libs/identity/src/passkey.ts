import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { p256 } from '@noble/curves/nist.js';
import type { WebauthnResponse } from '@guise/protocol';
import { z } from 'zod';
import { encodeBase64Url } from './bytes.js';
import { judgeCounter, type CountsSince } from './counter.js';
import { IdentityError } from './errors.js';

/** Who asks for passkeys: the relying party of WebAuthn. */
export interface RelyingParty {
  readonly id: string;
  readonly name: string;
  /** Origins whose pages and programs may use its passkeys. */
  readonly origins: readonly string[];
}

/** A passkey as the registry keeps it. */
export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  /** COSE_Key. */
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
}

// Not exported: only the verifiers below can make values that bear it.
const verified: unique symbol = Symbol('verified ceremony');
/** A registration whose attestation object, challenge, origin and user verification hold. */
export interface VerifiedRegistration extends Passkey {
  readonly backedUp: boolean;
  readonly [verified]: true;
}
/** An assertion that holds: this passkey signed this challenge after verifying its user. */
export interface VerifiedAssertion {
  readonly credentialId: string;
  /** Counter to store; greater than the stored one, or both are 0. */
  readonly counter: number;
  readonly [verified]: true;
}

/** Advice to whoever was overtaken by another request with the same passkey. */
export const SIGN_AGAIN = 'Another request used this passkey meanwhile. Sign again.';

/** How long a browser waits for the person. */
const TIMEOUT_MS = 120_000;
/** ES256, EdDSA, RS256 (IANA COSE algorithms): what platform authenticators and security keys make. */
const ALGORITHMS = [-7, -8, -257];

const attestation = z.object({
  clientDataJSON: z.string().max(8192),
  attestationObject: z.string().max(16_384),
  transports: z.array(z.string().max(40)).max(10).optional(),
});
const assertion = z.object({
  clientDataJSON: z.string().max(8192),
  authenticatorData: z.string().max(4096),
  signature: z.string().max(2048),
  userHandle: z.string().max(200).optional(),
});

/** Options for `navigator.credentials.create`: a resident key, user verification required. */
export function offerRegistration(
  rp: RelyingParty,
  person: { readonly id: string; readonly displayName: string },
  challenge: Uint8Array,
  existing: readonly string[],
) {
  return generateRegistrationOptions({
    rpName: rp.name,
    rpID: rp.id,
    userName: person.displayName,
    userDisplayName: person.displayName,
    userID: new TextEncoder().encode(person.id),
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: existing.map((id) => ({ id })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** Options for `navigator.credentials.get`. Without `allowed` any passkey of this authority may answer. */
export function offerAuthentication(
  rp: RelyingParty,
  challenge: Uint8Array,
  allowed: readonly Passkey[] = [],
) {
  return generateAuthenticationOptions({
    rpID: rp.id,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    allowCredentials: allowed.map(({ id }) => ({ id })),
  });
}

/** @throws IdentityError `assertion-invalid` */
export async function verifyRegistration(
  rp: RelyingParty,
  challenge: Uint8Array,
  answer: WebauthnResponse,
): Promise<VerifiedRegistration> {
  const response = parseInner(attestation, answer);
  const result = await refuseErrors(() =>
    verifyRegistrationResponse({
      response: {
        id: answer.id,
        rawId: answer.rawId,
        type: answer.type,
        clientExtensionResults: {},
        response: {
          clientDataJSON: response.clientDataJSON,
          attestationObject: response.attestationObject,
        },
      },
      expectedChallenge: encodeBase64Url(challenge),
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!result.verified) throw new IdentityError('assertion-invalid');
  const { credential, credentialBackedUp } = result.registrationInfo;
  return {
    id: credential.id,
    publicKey: credential.publicKey,
    counter: credential.counter,
    transports: response.transports ?? [],
    backedUp: credentialBackedUp,
    [verified]: true,
  };
}

/**
 * Verifies that `passkey` signed `challenge`. The counter is compared only after the signature holds, so nobody without
 * the key can make a passkey look copied.
 * @param countsSince asked when the counter goes back; without it every such answer is of a copy
 * @throws IdentityError `assertion-invalid`, `passkey-cloned`
 */
export async function verifyAssertion(
  rp: RelyingParty,
  challenge: Uint8Array,
  answer: WebauthnResponse,
  passkey: Passkey,
  countsSince: CountsSince = () => Promise.resolve([]),
): Promise<VerifiedAssertion> {
  const response = parseInner(assertion, answer);
  if (answer.id !== passkey.id || answer.rawId !== passkey.id) throw new IdentityError('assertion-invalid');
  const result = await refuseErrors(() =>
    verifyAuthenticationResponse({
      response: {
        id: answer.id,
        rawId: answer.rawId,
        type: answer.type,
        clientExtensionResults: {},
        response: {
          clientDataJSON: response.clientDataJSON,
          authenticatorData: response.authenticatorData,
          signature: response.signature,
        },
      },
      expectedChallenge: encodeBase64Url(challenge),
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      requireUserVerification: true,
      credential: { id: passkey.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    }),
  );
  if (!result.verified) throw new IdentityError('assertion-invalid');
  const counter = result.authenticationInfo.newCounter;
  const stored = passkey.counter;
  switch (judgeCounter(counter, stored, counter > stored ? [] : await countsSince())) {
    case 'overtaken':
      throw new IdentityError('assertion-invalid', SIGN_AGAIN);
    case 'copied':
      throw new IdentityError('passkey-cloned');
    case 'forward':
      return { credentialId: passkey.id, counter, [verified]: true };
  }
}

/**
 * Public key that no passkey here has (the generator of P-256). Its secret is known to all: what it verifies is worthless.
 */
const NOBODYS_KEY = Uint8Array.from([
  ...[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20],
  ...p256.Point.BASE.toBytes(false).slice(1, 33),
  ...[0x22, 0x58, 0x20],
  ...p256.Point.BASE.toBytes(false).slice(33),
]);

/**
 * Refuses an answer of a passkey that nobody has, after the work that a known one takes: neither the answer nor its time
 * tells whether there is such a passkey.
 * @throws IdentityError `assertion-invalid`, always
 */
export async function refuseUnknownPasskey(
  rp: RelyingParty,
  challenge: Uint8Array,
  answer: WebauthnResponse,
): Promise<never> {
  const nobodys = { id: answer.id, publicKey: NOBODYS_KEY, counter: 0, transports: [] };
  await verifyAssertion(rp, challenge, answer, nobodys);
  throw new IdentityError('assertion-invalid');
}

function parseInner<T>(schema: z.ZodType<T>, answer: WebauthnResponse): T {
  const parsed = schema.safeParse(answer.response);
  if (!parsed.success) throw new IdentityError('assertion-invalid');
  return parsed.data;
}

/** The verifier's own messages quote challenges and origins: none of them leaves. */
async function refuseErrors<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch {
    throw new IdentityError('assertion-invalid');
  }
}
