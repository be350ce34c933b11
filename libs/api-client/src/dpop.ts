import { tokenResponse } from '@guise/protocol';
import { AuthorityRefusal } from './errors.js';
import { parseAnswer, refusalOf, type Answer, type Call, type Transport } from './transport.js';

/** Signs a DPoP proof (RFC 9449 §4) with the device key; `@guise/permit` makes it, the key's owner holds the key. */
export type SignDpopProof = (claims: {
  readonly htm: string;
  readonly htu: string;
  readonly nonce?: string;
  readonly accessToken?: string;
}) => Promise<string>;

/** Adds a proof to each call and follows the server's nonces (RFC 9449 §8). */
export interface DpopTransport {
  readonly baseUrl: string;
  /** @throws ApiError; a refusal other than a wanted nonce is returned as an answer */
  exchange(call: Call, accessToken?: string): Promise<Answer>;
}

export function createDpopTransport(transport: Transport, signProof: SignDpopProof): DpopTransport {
  let nonce: string | undefined;

  const attempt = async (call: Call, accessToken: string | undefined): Promise<Answer> => {
    const proof = await signProof({
      htm: call.method,
      htu: transport.htu(call.path),
      ...(nonce === undefined ? {} : { nonce }),
      ...(accessToken === undefined ? {} : { accessToken }),
    });
    const authorization = accessToken === undefined ? {} : { authorization: `DPoP ${accessToken}` };
    const answer = await transport.exchange({
      ...call,
      headers: { ...call.headers, ...authorization, dpop: proof },
    });
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    return answer;
  };

  return {
    baseUrl: transport.baseUrl,
    async exchange(call, accessToken) {
      const used = nonce;
      const answer = await attempt(call, accessToken);
      const wantsNewNonce = refusalCode(answer) === 'dpop-nonce-required' && nonce !== used;
      return wantsNewNonce ? attempt(call, accessToken) : answer;
    },
  };
}

export function refusalCode(answer: Answer): string | null {
  if (answer.status < 400) return null;
  const refusal = refusalOf(answer);
  return refusal instanceof AuthorityRefusal ? refusal.code : null;
}

/** What a paired device keeps between runs. */
export interface DeviceTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds since 1970 by this machine's clock. */
  readonly accessExpiresAt: number;
  readonly deviceId: string;
}

export interface TokenStore {
  read(): Promise<DeviceTokens>;
  /** Durable when it resolves: the old refresh token is spent by then. */
  write(tokens: DeviceTokens): Promise<void>;
  /** Runs `work` while no other process changes the tokens. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** A DPoP transport with an access token that is renewed before it ends, once for all waiting calls. */
export function createDeviceTransport(
  dpop: DpopTransport,
  store: TokenStore,
  nowSeconds: () => number,
): (call: Call) => Promise<Answer> {
  let refreshing: Promise<DeviceTokens> | null = null;

  const refreshOnce = (stale: string): Promise<DeviceTokens> => {
    refreshing ??= store
      .exclusively(() => refresh(dpop, store, nowSeconds, stale))
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  };

  return async (call) => {
    let tokens = await store.read();
    if (tokens.accessExpiresAt - nowSeconds() < REFRESH_AHEAD_SECONDS)
      tokens = await refreshOnce(tokens.accessToken);
    const answer = await dpop.exchange(call, tokens.accessToken);
    if (refusalCode(answer) !== 'unauthenticated') return answer;
    const renewed = await refreshOnce(tokens.accessToken);
    return dpop.exchange(call, renewed.accessToken);
  };
}

const REFRESH_AHEAD_SECONDS = 20;

async function refresh(
  dpop: DpopTransport,
  store: TokenStore,
  nowSeconds: () => number,
  stale: string,
): Promise<DeviceTokens> {
  const held = await store.read();
  // Another process was faster: its refresh token is the only good one.
  if (held.accessToken !== stale) return held;
  const answer = await dpop.exchange({
    method: 'POST',
    path: '/v1/token',
    json: { grant_type: 'refresh_token', refresh_token: held.refreshToken },
  });
  const tokens = deviceTokensOf(parseAnswer(tokenResponse, answer), nowSeconds());
  await store.write(tokens);
  return tokens;
}

export function deviceTokensOf(
  token: { access_token: string; refresh_token: string; expires_in: number; device_id: string },
  now: number,
): DeviceTokens {
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token,
    accessExpiresAt: now + token.expires_in,
    deviceId: token.device_id,
  };
}
