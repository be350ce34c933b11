import { z } from 'zod';
import { AuthenticatorError } from './error.js';

const descriptor = z.looseObject({ id: z.string(), type: z.literal('public-key').optional() });

/** PublicKeyCredentialCreationOptionsJSON (WebAuthn L3 §5.4), as far as an authenticator heeds it. */
const creationOptions = z.looseObject({
  challenge: z.string().min(22),
  rp: z.looseObject({ id: z.string().optional(), name: z.string() }),
  user: z.looseObject({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.looseObject({ alg: z.int() })),
  excludeCredentials: z.array(descriptor).default([]),
  attestation: z.string().default('none'),
});

/** PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 §5.5). */
const requestOptions = z.looseObject({
  challenge: z.string().min(22),
  rpId: z.string().optional(),
  allowCredentials: z.array(descriptor).default([]),
});

const ES256 = -7;

export interface CreationWish {
  readonly challenge: string;
  readonly userHandle: string;
  readonly excluded: readonly string[];
  readonly attest: boolean;
}

/** @throws AuthenticatorError */
export function parseCreationOptions(options: unknown, rpId: string): CreationWish {
  const parsed = creationOptions.safeParse(options);
  if (!parsed.success) throw malformed(parsed.error);
  const { challenge, rp, user, pubKeyCredParams, excludeCredentials, attestation } = parsed.data;
  refuseForeignRp(rp.id, rpId);
  if (!pubKeyCredParams.some(({ alg }) => alg === ES256)) {
    throw new AuthenticatorError('NotSupportedError', 'this authenticator signs with ES256 (-7) only');
  }
  return {
    challenge,
    userHandle: user.id,
    excluded: excludeCredentials.map(({ id }) => id),
    attest: attestation === 'direct',
  };
}

export interface RequestWish {
  readonly challenge: string;
  /** Empty: any resident passkey of this RP. */
  readonly allowed: readonly string[];
}

/** @throws AuthenticatorError */
export function parseRequestOptions(options: unknown, rpId: string): RequestWish {
  const parsed = requestOptions.safeParse(options);
  if (!parsed.success) throw malformed(parsed.error);
  refuseForeignRp(parsed.data.rpId, rpId);
  return { challenge: parsed.data.challenge, allowed: parsed.data.allowCredentials.map(({ id }) => id) };
}

function refuseForeignRp(asked: string | undefined, own: string): void {
  if (asked !== undefined && asked !== own) {
    throw new AuthenticatorError('SecurityError', `the relying party ${asked} is not the one of this origin`);
  }
}

function malformed(cause: z.ZodError): AuthenticatorError {
  return new AuthenticatorError('TypeError', `not WebAuthn options: ${z.prettifyError(cause)}`);
}
