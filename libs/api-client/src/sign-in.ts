import type { AuthenticatedExchange } from './person-api.js';
import type { Transport } from './transport.js';

/** Calls under the opaque bearer of a passkey sign-in. */
export function bearerExchange(transport: Transport, token: string): AuthenticatedExchange {
  return (call) =>
    transport.exchange({ ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } });
}
