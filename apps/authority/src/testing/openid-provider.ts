import { createServer, type Server } from 'node:http';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { freePort } from './served.js';

export const TEST_CLIENT = { id: 'guise', secret: 'a secret of the test provider' } as const;

/** A person at the provider. */
export interface TestAccount {
  readonly sub: string;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** A real OpenID provider that signs in whomever the test names, and can be made to lie at its token endpoint. */
export interface TestProvider {
  readonly issuer: string;
  /** What an authority is configured with. */
  readonly env: Readonly<Record<string, string>>;
  readonly accounts: Map<string, TestAccount>;
  /** Who sits before the browser. */
  user: string;
  /** A page of another site that browsers are shown first, with `?to=` where they go on; null: none. */
  loginPage: string | null;
  /** Makes the ID token of the next answers out of the honest claims; null: the honest one. */
  forge: ((claims: JWTPayload) => Promise<string>) | null;
  /** Signs claims with the provider's own key. */
  sign(claims: JWTPayload, key?: CryptoKey): Promise<string>;
  /** Follows a browser through the provider. @returns the address that it is sent back to */
  visit(url: string): Promise<string>;
  close(): Promise<void>;
}

/** @param publicUrl of the authority, to which it sends browsers back */
export async function openTestProvider(publicUrl: string): Promise<TestProvider> {
  const port = await freePort();
  const issuer = `http://localhost:${String(port)}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' };
  const accounts = new Map<string, TestAccount>();
  const provider = new Provider(issuer, configurationOf(publicUrl, accounts, jwk));
  const sign = (claims: JWTPayload, key = privateKey): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(key);
  const test: TestProvider = {
    issuer,
    env: {
      GUISE_OIDC_ISSUER: issuer,
      GUISE_OIDC_CLIENT_ID: TEST_CLIENT.id,
      GUISE_OIDC_CLIENT_SECRET: TEST_CLIENT.secret,
      GUISE_OIDC_NAME: 'Example Ltd',
      GUISE_OIDC_SCOPES: 'openid profile groups',
      GUISE_OIDC_ROLES: 'employee=staff,auditor=internal-audit',
    },
    accounts,
    user: 'nobody',
    loginPage: null,
    forge: null,
    sign,
    visit,
    close: () => Promise.resolve(),
  };
  provider.use(async (context, next) => {
    if (context.path.startsWith('/interaction/')) {
      if (test.loginPage !== null && context.query.shown === undefined) {
        context.redirect(`${test.loginPage}?to=${encodeURIComponent(`${context.href}?shown=1`)}`);
        return;
      }
      await provider.interactionFinished(context.req, context.res, { login: { accountId: test.user } });
      context.respond = false;
      return;
    }
    await next();
    if (context.path !== '/token' || test.forge === null) return;
    const answer: unknown = context.body;
    if (typeof answer !== 'object' || answer === null || !('id_token' in answer)) return;
    context.body = { ...answer, id_token: await test.forge(decodeJwt(String(answer.id_token))) };
  });
  const server = createServer((request, response) => void provider.callback()(request, response));
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return Object.assign(test, { close: () => closeServer(server) });
}

function configurationOf(
  publicUrl: string,
  accounts: ReadonlyMap<string, TestAccount>,
  jwk: object,
): Configuration {
  return {
    clients: [
      {
        client_id: TEST_CLIENT.id,
        client_secret: TEST_CLIENT.secret,
        redirect_uris: [`${publicUrl}/oidc/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['of the test'] },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    // Claims of the scopes in the ID token, as organisations configure theirs.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => {
      const account = accounts.get(sub);
      if (account === undefined) return undefined;
      return {
        accountId: sub,
        claims: () => ({ ...account, groups: account.groups && [...account.groups] }),
      };
    },
    loadExistingGrant: async ({ oidc }) => {
      const { client, session } = oidc;
      const grant = new oidc.provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile groups');
      await grant.save();
      return grant;
    },
  };
}

/** A browser of its own for every visit: the provider knows nobody yet. */
async function visit(url: string): Promise<string> {
  const origin = new URL(url).origin;
  const cookies = new Map<string, string>();
  let next = url;
  for (let hop = 0; hop < 8 && next.startsWith(origin); hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';', 1)[0] ?? '').split(/=(.*)/s, 2);
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null)
      throw new Error(`the provider stopped: ${String(answer.status)} ${await answer.text()}`);
    next = new URL(location, next).href;
  }
  return next;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
