import { Inject, Injectable } from '@nestjs/common';
import {
  insertCeremony,
  takeCeremony,
  type CeremonyKind,
  type CeremonyRecord,
  type Database,
} from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';

/** A browser asks the person for up to two minutes; after five a challenge is worth nothing. */
const CEREMONY_MS = 300_000;
/** A provider may ask for more than a touch. */
const PROVIDER_MS = 600_000;

export type SignInCeremony = Extract<CeremonyKind, 'registration' | 'authentication' | 'step-up' | 'oidc'>;

/** Whom and what a ceremony is about; it is found again only with the same. */
export interface CeremonyAbout {
  readonly personId?: string;
  readonly target?: string;
}

/** Challenges of passkeys and of the identity provider, each answered at most once. */
@Injectable()
export class Ceremonies {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** @returns the challenge, and the token by which its answer names it */
  async begin(kind: SignInCeremony, about: CeremonyAbout = {}) {
    const token = this.random.token();
    const challenge = this.random.bytes(32);
    await insertCeremony(
      this.database.client,
      {
        id: hashToken(token),
        kind,
        challenge: Buffer.from(challenge).toString('base64url'),
        personId: about.personId ?? null,
        target: about.target ?? null,
        statement: null,
        expiresAt: new Date(this.clock.nowMs() + (kind === 'oidc' ? PROVIDER_MS : CEREMONY_MS)),
      },
      this.clock.now(),
    );
    return { ceremony: token, challenge };
  }

  /**
   * Used up before anything is verified: an answer that fails cannot be tried again.
   * @throws ProblemError `challenge-invalid`
   */
  async consume(
    kind: SignInCeremony,
    ceremony: string,
    about: CeremonyAbout = {},
  ): Promise<CeremonyRecord & { readonly challengeBytes: Uint8Array }> {
    const id = hashToken(ceremony);
    const begun = await this.database.transaction((tx) => takeCeremony(tx, { id, kind, ...about }));
    if (begun === null || begun.expiresAt.getTime() <= this.clock.nowMs()) {
      throw new ProblemError('challenge-invalid');
    }
    return { ...begun, challengeBytes: new Uint8Array(Buffer.from(begun.challenge, 'base64url')) };
  }
}
