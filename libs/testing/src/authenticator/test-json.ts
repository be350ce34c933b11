import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { WebauthnResponse } from '@guise/protocol';
import { z } from 'zod';

const registration = z.object({
  clientDataJSON: z.string(),
  attestationObject: z.string(),
});
const authentication = z.object({
  clientDataJSON: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
  userHandle: z.string(),
});

/** The wire form as @simplewebauthn/server types it. */
export function registrationJson(response: WebauthnResponse): RegistrationResponseJSON {
  const { id, rawId, type } = response;
  return { id, rawId, type, response: registration.parse(response.response), clientExtensionResults: {} };
}

export function authenticationJson(response: WebauthnResponse): AuthenticationResponseJSON {
  const { id, rawId, type } = response;
  return { id, rawId, type, response: authentication.parse(response.response), clientExtensionResults: {} };
}
