import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { insertInvitation, isUniqueViolation, countPasskeysOf, type Database } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import type { PersonPrincipal } from '../http/principal.js';
import { Ceremonies } from '../passkeys/ceremonies.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { readSignInCookie } from '../sign-ins/sign-in-cookie.js';
import { SignInThrottle } from '../sign-ins/sign-in-throttle.js';
import { SignIns, type SignIn } from '../sign-ins/sign-ins.js';
import { flowSecretsOf, readFlowCookie } from './flow.js';
import { ProvidedPeople } from './provided-people.js';
import { OidcProvider, type ProviderClaims } from './provider.js';
import { OidcRefusal } from './refusals.js';

/** Somebody without any passkey makes their first one within this time of signing in at the provider. */
const FIRST_PASSKEY_MS = 300_000;

/** What the browser takes along to the provider. */
export interface BegunFlow {
  readonly ceremony: string;
  readonly url: string;
}

/** Sign-in by the organisation's OpenID provider: authorization code with PKCE, state and nonce, once per browser. */
@Injectable()
export class OidcService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly provider: OidcProvider,
    private readonly people: ProvidedPeople,
    private readonly ceremonies: Ceremonies,
    private readonly signIns: SignIns,
    private readonly throttle: SignInThrottle,
  ) {}

  /** @throws ProblemError `not-found`, `not-ready` */
  beginSignIn(request: FastifyRequest): Promise<BegunFlow> {
    const carried = readSignInCookie(request);
    return this.begin(carried === undefined ? {} : { target: hashToken(carried) });
  }

  /** For a person who is signed in: what comes back is theirs from then on. @throws ProblemError as above */
  beginLink({ personId, signIn }: PersonPrincipal): Promise<BegunFlow> {
    return this.begin({ personId, target: signIn.tokenHash });
  }

  /**
   * Finishes what this browser began; it is used up before anything is verified.
   * @returns the sign-in, or null when an identity was linked to a person who is signed in already
   * @throws OidcRefusal; ProblemError `rate-limited`
   */
  async finish(request: FastifyRequest): Promise<SignIn | null> {
    const ceremony = readFlowCookie(request);
    if (ceremony === undefined) throw new OidcRefusal('not-begun');
    return this.throttle.attempt({ address: request.ip, account: null }, async () => {
      const begun = await this.consume(ceremony);
      const claims = await this.provider.redeem(queryOf(request), flowSecretsOf(begun.challengeBytes));
      if (begun.personId !== null) return this.link(begun.personId, begun.target ?? '', claims);
      const wish = this.signIns.wishOfReturn(request, begun.target);
      return this.retryOnce(() =>
        this.database.transaction(async (tx) =>
          this.signIns.issue(tx, await this.people.enter(tx, claims), wish, 'provider'),
        ),
      );
    });
  }

  /**
   * An invitation for the first passkey of somebody whom the provider signed in just now. Who ever had one needs it, or a
   * recovery: the provider's word never replaces a passkey.
   * @throws ProblemError `conflict`
   */
  async inviteFirstPasskey({ personId, signIn }: PersonPrincipal) {
    const now = this.clock.nowMs();
    if (now - signIn.createdAtMs > FIRST_PASSKEY_MS) {
      throw new ProblemError('conflict', { detail: 'Sign in again, then create your passkey at once.' });
    }
    return this.database.transaction(async (tx) => {
      if ((await countPasskeysOf(tx, personId)) > 0) {
        throw new ProblemError('conflict', {
          detail: 'You have a passkey. Verify yourself with it to add another.',
        });
      }
      const token = this.random.token();
      const expiresAt = new Date(now + FIRST_PASSKEY_MS);
      const tokenHash = hashToken(token);
      const createdAt = new Date(now);
      await insertInvitation(tx, { tokenHash, personId, createdBy: personId, createdAt, expiresAt });
      return { token, personId, expiresAt: Math.floor(expiresAt.getTime() / 1000) };
    });
  }

  private async begin(about: { readonly personId?: string; readonly target?: string }): Promise<BegunFlow> {
    const { ceremony, challenge } = await this.ceremonies.begin('oidc', about);
    return { ceremony, url: await this.provider.authorizationUrl(flowSecretsOf(challenge)) };
  }

  private async consume(ceremony: string) {
    try {
      return await this.ceremonies.consume('oidc', ceremony);
    } catch (error) {
      if (error instanceof ProblemError) throw new OidcRefusal('not-begun', { cause: error });
      throw error;
    }
  }

  private async link(personId: string, signIn: string, claims: ProviderClaims): Promise<null> {
    if (!(await this.signIns.holdsFor(signIn, personId))) throw new OidcRefusal('not-begun');
    await this.retryOnce(() => this.database.transaction((tx) => this.people.link(tx, personId, claims)));
    return null;
  }

  /** Of two first sign-ins at once one makes the person; the other finds it then. */
  private async retryOnce<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return work();
    }
  }
}

function queryOf(request: FastifyRequest): string {
  const start = request.url.indexOf('?');
  return start < 0 ? '' : request.url.slice(start);
}
