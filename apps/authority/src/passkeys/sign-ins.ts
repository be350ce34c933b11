import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  deleteSignIn,
  findSignedIn,
  insertSignIn,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { Authenticator } from '../http/authenticator.js';
import type { PersonPrincipal } from '../http/principal.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';

/** A working day; there is no refresh, a passkey is one touch away. */
const SIGN_IN_MS = 8 * 3600 * 1000;
const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

export interface SignIn {
  readonly token: string;
  readonly expiresAt: number;
  readonly personId: string;
}

/** Sign-ins: opaque bearers, stored hashed, ended by the server. */
@Injectable()
export class SignIns implements OnModuleInit {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly authenticator: Authenticator,
  ) {}

  onModuleInit(): void {
    this.authenticator.use('sign-in', (request) => this.find(request));
  }

  async issue(tx: Transaction, personId: string): Promise<SignIn> {
    const token = this.random.token();
    const expiresAt = new Date(this.clock.nowMs() + SIGN_IN_MS);
    await insertSignIn(tx, { tokenHash: hashToken(token), personId, createdAt: this.clock.now(), expiresAt });
    return { token, expiresAt: Math.floor(expiresAt.getTime() / 1000), personId };
  }

  async end(principal: PersonPrincipal): Promise<void> {
    await deleteSignIn(this.database.client, principal.signIn);
  }

  private async find(request: FastifyRequest): Promise<PersonPrincipal | undefined> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const signIn = hashToken(token);
    const person = await findSignedIn(this.database.client, signIn, this.clock.now());
    return person === null ? undefined : { kind: 'person', personId: person.id, roles: person.roles, signIn };
  }
}
