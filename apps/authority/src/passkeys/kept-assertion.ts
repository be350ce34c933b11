import type { WebauthnResponse } from '@guise/protocol';

/** What a signature is verified from, years later. `userHandle` is not needed: the statement names its signer. */
const NEEDED = ['authenticatorData', 'clientDataJSON', 'signature'] as const;

/**
 * The assertion as it is kept beside its statement: what was verified, and nothing else that a browser, or whoever
 * pretends to be one, put beside it.
 * @returns JSON that `webauthnResponse` parses
 */
export function keptAssertion({ id, type, response }: WebauthnResponse): string {
  const kept = Object.fromEntries(NEEDED.map((name) => [name, response[name]]));
  return JSON.stringify({ id, rawId: id, type, response: kept, clientExtensionResults: {} });
}
