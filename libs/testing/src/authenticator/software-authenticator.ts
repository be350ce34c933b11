import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { WebauthnResponse } from '@guise/protocol';
import {
  attestationObject,
  authenticatorData,
  concat,
  coseP256,
  FLAG_ATTESTED_CREDENTIAL,
  FLAG_USER_PRESENT,
  FLAG_USER_VERIFIED,
  fromBase64Url,
  toBase64Url,
  utf8,
} from './codec.js';
import { AuthenticatorError } from './error.js';
import { parseCreationOptions, parseRequestOptions } from './options.js';

/** Draws `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

export interface SoftwareAuthenticatorConfig {
  /** Relying party id, e.g. `localhost`. */
  readonly rpId: string;
  /** Origin written into the client data, e.g. `http://localhost:3000`. */
  readonly origin: string;
  readonly random: RandomBytes;
  /** Whether the UV flag is set; `false` plays an authenticator that asked nobody for a PIN or finger. */
  readonly userVerified?: boolean;
}

/**
 * A passkey authenticator and the browser before it, in software: ES256, resident credentials, signature counter.
 * It answers with the JSON forms that `navigator.credentials` gives (`toJSON()`), so that a server cannot tell.
 */
export interface SoftwareAuthenticator {
  /**
   * Makes a passkey. Attestation is `none`; `packed` self-attestation when the options ask for `direct`.
   * @throws AuthenticatorError like a browser (foreign RP, already registered, no ES256)
   */
  create(options: unknown): WebauthnResponse;
  /**
   * Signs a challenge with a passkey of this RP.
   * @throws AuthenticatorError `NotAllowedError` when it holds none that is allowed
   */
  get(options: unknown): WebauthnResponse;
  /** An exact copy with counters of its own from now on: what a thief would hold. */
  clone(): SoftwareAuthenticator;
  readonly credentialIds: readonly string[];
}

interface Credential {
  readonly id: Uint8Array;
  readonly userHandle: string;
  readonly secretKey: Uint8Array;
  readonly coseKey: Uint8Array;
  counter: number;
}

export function createSoftwareAuthenticator(config: SoftwareAuthenticatorConfig): SoftwareAuthenticator {
  return authenticatorWith(config, []);
}

function authenticatorWith(
  config: SoftwareAuthenticatorConfig,
  credentials: Credential[],
): SoftwareAuthenticator {
  const rpIdHash = sha256(utf8(config.rpId));
  const flags = FLAG_USER_PRESENT | (config.userVerified === false ? 0 : FLAG_USER_VERIFIED);

  return {
    create(options) {
      const wanted = parseCreationOptions(options, config.rpId);
      if (credentials.some((known) => wanted.excluded.includes(toBase64Url(known.id)))) {
        throw new AuthenticatorError(
          'InvalidStateError',
          'this authenticator already holds a passkey of this account',
        );
      }
      const credential = newCredential(config.random, wanted.userHandle);
      credentials.push(credential);
      const clientData = collectClientData('webauthn.create', wanted.challenge, config.origin);
      const authData = authenticatorData(
        rpIdHash,
        flags | FLAG_ATTESTED_CREDENTIAL,
        credential.counter,
        credential,
      );
      const signature = wanted.attest ? signAssertion(credential, authData, clientData) : null;
      return answer(credential, {
        clientDataJSON: toBase64Url(clientData),
        attestationObject: toBase64Url(attestationObject(authData, signature)),
        transports: ['internal'],
      });
    },

    get(options) {
      const wanted = parseRequestOptions(options, config.rpId);
      const credential = credentials.findLast(
        ({ id }) => wanted.allowed.length === 0 || wanted.allowed.includes(toBase64Url(id)),
      );
      if (credential === undefined) {
        throw new AuthenticatorError('NotAllowedError', 'no passkey of this authenticator is allowed here');
      }
      credential.counter += 1;
      const clientData = collectClientData('webauthn.get', wanted.challenge, config.origin);
      const authData = authenticatorData(rpIdHash, flags, credential.counter);
      return answer(credential, {
        clientDataJSON: toBase64Url(clientData),
        authenticatorData: toBase64Url(authData),
        signature: toBase64Url(signAssertion(credential, authData, clientData)),
        userHandle: credential.userHandle,
      });
    },

    clone: () =>
      authenticatorWith(
        config,
        credentials.map((credential) => ({ ...credential })),
      ),

    get credentialIds() {
      return credentials.map(({ id }) => toBase64Url(id));
    },
  };
}

function newCredential(random: RandomBytes, userHandle: string): Credential {
  const secretKey = p256.utils.randomSecretKey(random(48));
  return {
    id: random(32),
    userHandle,
    secretKey,
    coseKey: coseP256(p256.getPublicKey(secretKey, false)),
    counter: 0,
  };
}

/** WebAuthn L3 §5.8.1. */
function collectClientData(type: string, challenge: string, origin: string): Uint8Array {
  // The challenge is re-encoded: what is signed are its bytes, whatever padding the server sent.
  const bytes = fromBase64Url(challenge);
  return utf8(JSON.stringify({ type, challenge: toBase64Url(bytes), origin, crossOrigin: false }));
}

function signAssertion(credential: Credential, authData: Uint8Array, clientData: Uint8Array): Uint8Array {
  return p256.sign(concat(authData, sha256(clientData)), credential.secretKey, {
    format: 'der',
    lowS: false,
  });
}

function answer(credential: Credential, response: Readonly<Record<string, unknown>>): WebauthnResponse {
  const id = toBase64Url(credential.id);
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: { ...response },
    clientExtensionResults: {},
    authenticatorAttachment: 'platform',
  };
}
