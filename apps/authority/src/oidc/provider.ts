import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { createOutboundFetch } from '../outbound/outbound-fetch.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, LOGGER } from '../ports/tokens.js';
import type { FlowSecrets } from './flow.js';
import type { OidcConfig } from './oidc-variables.js';
import { OidcRefusal } from './refusals.js';

export const CALLBACK_PATH = '/oidc/callback';
const TIMEOUT_SECONDS = 10;
/** The provider's addresses are read again after so long; its keys are whenever one is unknown. */
const METADATA_MS = 3_600_000;
/** A code, a state and an issuer: an answer is far shorter. */
const MAX_ANSWER = 8192;

const idClaims = z.looseObject({
  iss: z.string().max(500),
  /** OpenID Connect Core §2: at most 255 characters. */
  sub: z.string().min(1).max(255),
});
/** What the provider says of somebody, in an ID token that was verified. */
export type ProviderClaims = z.infer<typeof idClaims>;

/**
 * The OpenID provider of the organisation. Its address is the operator's configuration and never a request's; every other
 * address is what its own metadata says, and is judged before it is asked. The ID token's signature is checked although it came over TLS.
 */
@Injectable()
export class OidcProvider {
  private found:
    { readonly until: number; readonly configuration: Promise<client.Configuration> } | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  /** @throws ProblemError `not-found` when there is none */
  get settings(): OidcConfig {
    if (this.config.oidc !== null) return this.config.oidc;
    throw new ProblemError('not-found', {
      detail: 'No OpenID provider is configured. Sign in with a passkey.',
    });
  }

  /** Where a browser goes to sign in. @throws OidcRefusal `provider-unreachable` */
  async authorizationUrl({ state, nonce, codeVerifier }: FlowSecrets): Promise<string> {
    const configuration = await this.configuration();
    this.requirePage(configuration.serverMetadata().authorization_endpoint ?? '');
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: this.settings.scopes,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /** Browsers are sent there: to a page, and no script or file. @throws OidcRefusal `provider-unreachable` */
  private requirePage(address: string): void {
    const needed = this.settings.issuer.startsWith('http:') ? /^https?:\/\//i : /^https:\/\//i;
    if (needed.test(address)) return;
    this.logger.warn('the OpenID provider’s metadata names no page to sign in at');
    throw new OidcRefusal('provider-unreachable');
  }

  /**
   * Verifies the provider's answer (state, issuer) and redeems its code for an ID token (signature, issuer, audience, time,
   * nonce).
   * @param query of the callback, with its question mark
   * @throws OidcRefusal `provider-refused`, `provider-unreachable`, `answer-invalid`
   */
  async redeem(query: string, { state, nonce, codeVerifier }: FlowSecrets): Promise<ProviderClaims> {
    if (query.length > MAX_ANSWER) throw new OidcRefusal('answer-invalid');
    const configuration = await this.configuration();
    try {
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(`${this.redirectUri}${query}`),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true },
      );
      return idClaims.parse(tokens.claims());
    } catch (error) {
      throw this.refuse(error);
    }
  }

  private get redirectUri(): string {
    return `${this.config.publicUrl}${CALLBACK_PATH}`;
  }

  private configuration(): Promise<client.Configuration> {
    const now = this.clock.nowMs();
    if (this.found === undefined || this.found.until <= now) {
      const configuration = discover(this.settings).catch((error: unknown) => {
        this.found = undefined;
        this.logger.warn({ err: error }, 'the OpenID provider’s metadata cannot be read');
        throw new OidcRefusal('provider-unreachable', { cause: error });
      });
      this.found = { until: now + METADATA_MS, configuration };
    }
    return this.found.configuration;
  }

  private refuse(error: unknown): OidcRefusal {
    if (error instanceof OidcRefusal) return error;
    this.logger.warn({ err: error }, 'an answer of the OpenID provider was refused');
    if (error instanceof client.AuthorizationResponseError) {
      return new OidcRefusal('provider-refused', { cause: error });
    }
    const unreachable =
      error instanceof TypeError || (error instanceof client.ClientError && error.code === 'OAUTH_TIMEOUT');
    return new OidcRefusal(unreachable ? 'provider-unreachable' : 'answer-invalid', { cause: error });
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<client.Configuration> {
  type Allow = (configuration: client.Configuration) => void;
  // Only for an issuer on this machine: the configuration takes no other over http.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out
  const insecure: Allow[] = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  const ask = createOutboundFetch([issuer]);
  const outbound: client.CustomFetch = (url, { body, ...init }) => ask(url, { ...init, body: body ?? null });
  const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
    execute: insecure,
    timeout: TIMEOUT_SECONDS,
    [client.customFetch]: outbound,
  });
  const metadata = found.serverMetadata();
  const configuration = new client.Configuration(
    metadata,
    clientId,
    undefined,
    authenticationOf(clientSecret, metadata.token_endpoint_auth_methods_supported),
  );
  configuration.timeout = TIMEOUT_SECONDS;
  configuration[client.customFetch] = outbound;
  client.enableNonRepudiationChecks(configuration);
  for (const allow of insecure) allow(configuration);
  return configuration;
}

/** RFC 8414: without a word about it, a provider takes the secret as Basic authentication. */
function authenticationOf(
  secret: string | undefined,
  supported = ['client_secret_basic'],
): client.ClientAuth {
  if (secret === undefined) return client.None();
  return supported.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret);
}
