import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAlive, needsTouch, STEP_UP_SECONDS } from '@guise/identity';
import {
  deleteSignIns,
  findSignIn,
  insertSignIn,
  listSignIns,
  rotateSignIn,
  touchSignIn,
  type Database,
  type SignInRecord,
  type Transaction,
} from '@guise/persistence';
import type { SignInCarrier } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { Authenticator } from '../http/authenticator.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { csrfTokenOf, isFromBrowser, requireOwnPage, requireOwnPageAndToken } from './own-page.js';
import { readSignInCookie } from './sign-in-cookie.js';

const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;
/** A User-Agent is for its owner to recognise; a longer one is cut. */
const MAX_CLIENT = 200;

/** A sign-in as its holder is told of it, once. */
export interface SignIn {
  readonly token: string;
  readonly carrier: SignInCarrier;
  readonly expiresAt: number;
  readonly personId: string;
}

/** Nobody was verified by a passkey yet: what needs a fresh verification asks for one. */
const NEVER = new Date(0);

/** How a sign-in is to be carried, by whom, and what it replaces. */
export interface SignInWish {
  readonly carrier: SignInCarrier;
  readonly client: string;
  /** Hash of the token that this browser carried until now: ended, whoever planted it. */
  readonly replaces: string | null;
}

/** Sign-ins live here and not in what carries them: opaque tokens, stored hashed, rotated, ended by the server. */
@Injectable()
export class SignIns implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly authenticator: Authenticator,
  ) {}

  onModuleInit(): void {
    this.authenticator.use('sign-in', (request) => this.find(request));
  }

  /** @throws ProblemError `cross-site-request` for a cookie from elsewhere, `bad-request` for a browser's bearer */
  readWish(request: FastifyRequest, carrier: SignInCarrier): SignInWish {
    const client = (request.headers['user-agent'] ?? '').slice(0, MAX_CLIENT);
    if (carrier === 'cookie') {
      requireOwnPage(request, this.config.publicUrl);
      const carried = readSignInCookie(request);
      return { carrier, client, replaces: carried === undefined ? null : hashToken(carried) };
    }
    if (isFromBrowser(request)) {
      throw new ProblemError('bad-request', {
        detail: 'A browser’s sign-in is carried by a cookie: send "carrier": "cookie".',
      });
    }
    return { carrier, client, replaces: null };
  }

  /**
   * What a browser wishes that comes back from the identity provider: that navigation is cross-site and carries no
   * sign-in, so what it carried is known from where it began.
   */
  wishOfReturn(request: FastifyRequest, replaces: string | null): SignInWish {
    return {
      carrier: 'cookie',
      client: (request.headers['user-agent'] ?? '').slice(0, MAX_CLIENT),
      replaces,
    };
  }

  /**
   * A new sign-in under a new token, whatever the browser carried before: there is nothing to fixate.
   * @param by who says who it is: only a passkey verifies its user for what needs a step-up
   */
  async issue(
    tx: Transaction,
    personId: string,
    wish: SignInWish,
    by: 'passkey' | 'provider' = 'passkey',
  ): Promise<SignIn> {
    if (wish.replaces !== null) await deleteSignIns(tx, { tokenHash: wish.replaces });
    const token = this.random.token();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + this.config.signInHours * 3_600_000);
    await insertSignIn(tx, {
      tokenHash: hashToken(token),
      id: this.random.id('signIn'),
      personId,
      carrier: wish.carrier,
      client: wish.client,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      verifiedAt: by === 'passkey' ? now : NEVER,
    });
    return { token, carrier: wish.carrier, expiresAt: toSeconds(expiresAt), personId };
  }

  /**
   * After a step-up: the same sign-in under a new token, so that what was seen before is worth nothing afterwards.
   * @throws ProblemError `unauthenticated` when it ended meanwhile
   */
  async rotate(tx: Transaction, { personId, signIn }: PersonPrincipal): Promise<SignIn> {
    const token = this.random.token();
    const next = { tokenHash: hashToken(token), verifiedAt: this.clock.now() };
    if (!(await rotateSignIn(tx, signIn.tokenHash, next))) throw new ProblemError('unauthenticated');
    return { token, carrier: signIn.carrier, expiresAt: toSeconds(signIn.expiresAt), personId };
  }

  /** Whether a sign-in of this person, known by its hash, still holds. */
  async holdsFor(tokenHash: string, personId: string): Promise<boolean> {
    const found = await findSignIn(this.database.client, tokenHash);
    return found?.person.id === personId && this.holds(found.signIn);
  }

  /** Ends all of a person's sign-ins: what they were verified for has changed. */
  async endAll(tx: Transaction, personId: string): Promise<void> {
    await deleteSignIns(tx, { personId });
  }

  async end({ signIn }: PersonPrincipal): Promise<void> {
    await deleteSignIns(this.database.client, { tokenHash: signIn.tokenHash });
  }

  /** Ends one of the own sign-ins. @throws ProblemError `not-found` */
  async revoke({ personId }: PersonPrincipal, id: string): Promise<void> {
    if ((await deleteSignIns(this.database.client, { personId, id })) === 0)
      throw new ProblemError('not-found');
  }

  async list({ personId, signIn }: PersonPrincipal) {
    const signIns = await listSignIns(this.database.client, personId);
    return signIns.filter((each) => this.holds(each)).map((each) => describe(each, signIn.id));
  }

  current({ signIn }: PersonPrincipal) {
    return {
      id: signIn.id,
      csrfToken: signIn.csrfToken,
      expiresAt: toSeconds(signIn.expiresAt),
      verifiedUntil: Math.floor(signIn.verifiedAtMs / 1000) + STEP_UP_SECONDS,
    };
  }

  /** A bearer is sent on purpose; a cookie goes along by itself, so what it authenticates is checked for its origin. */
  private async find(request: FastifyRequest): Promise<PersonPrincipal | undefined> {
    if (request.headers.authorization !== undefined) {
      const token = BEARER.exec(request.headers.authorization)?.[1];
      return token === undefined ? undefined : this.findCarried(token, 'bearer');
    }
    const token = readSignInCookie(request);
    if (token === undefined) return undefined;
    const principal = await this.findCarried(token, 'cookie');
    if (principal !== undefined) requireOwnPageAndToken(request, this.config.publicUrl, token);
    return principal;
  }

  /** A token is worth something only in what it was issued for: one that leaked from a cookie is no bearer. */
  private async findCarried(token: string, carrier: SignInCarrier): Promise<PersonPrincipal | undefined> {
    const tokenHash = hashToken(token);
    const found = await findSignIn(this.database.client, tokenHash);
    if (found?.signIn.carrier !== carrier || !this.holds(found.signIn)) return undefined;
    const { signIn, person } = found;
    if (needsTouch(stateOf(signIn), this.idleMs, this.clock.nowMs())) {
      await touchSignIn(this.database.client, tokenHash, this.clock.now());
    }
    return {
      kind: 'person',
      personId: person.id,
      roles: person.roles,
      signIn: {
        id: signIn.id,
        tokenHash,
        carrier,
        createdAtMs: signIn.createdAt.getTime(),
        expiresAt: signIn.expiresAt,
        verifiedAtMs: signIn.verifiedAt.getTime(),
        csrfToken: carrier === 'cookie' ? csrfTokenOf(token) : null,
      },
    };
  }

  private holds(signIn: SignInRecord): boolean {
    return isAlive(stateOf(signIn), this.idleMs, this.clock.nowMs());
  }

  private get idleMs(): number {
    return this.config.signInIdleMinutes * 60_000;
  }
}

function stateOf({ lastUsedAt, expiresAt, verifiedAt }: SignInRecord) {
  return {
    lastUsedAtMs: lastUsedAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
    verifiedAtMs: verifiedAt.getTime(),
  };
}

function describe(signIn: SignInRecord, current: string) {
  const { id, carrier, client, createdAt, lastUsedAt, expiresAt } = signIn;
  return {
    id,
    carrier,
    client,
    createdAt: toSeconds(createdAt),
    lastUsedAt: toSeconds(lastUsedAt),
    expiresAt: toSeconds(expiresAt),
    current: id === current,
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
