import { Inject, Injectable } from '@nestjs/common';
import {
  hashStatement,
  IdentityError,
  offerAuthentication,
  STEP_UP_SECONDS,
  verifySignedStatement,
  writeStatement,
  type RelyingParty,
  type VerifiedAssertion,
} from '@guise/identity';
import { assertionFromWebauthn, type AssertionEvidence } from '@guise/ledger';
import {
  findUsablePasskey,
  insertCeremony,
  listUsablePasskeys,
  takeCeremony,
  type CeremonyKind,
  type CeremonyRecord,
  type Database,
  type StatementRecord,
} from '@guise/persistence';
import type { SignedStatement } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import type { SignInCeremony } from './ceremonies.js';
import { keptAssertion } from './kept-assertion.js';
import { PasskeyUse } from './passkey-use.js';
import { relyingPartyOf } from './relying-party.js';

/** Time to read and sign: a signed statement is a user verification that is fresh enough for a step-up. */
const OFFER_MS = STEP_UP_SECONDS * 1000;

export type StatementKind = Exclude<CeremonyKind, SignInCeremony>;

/** A statement its signer's passkey signed, not yet acted upon. The text is kept exactly as it came. */
export interface VerifiedStatement extends StatementRecord {
  readonly verified: VerifiedAssertion;
  /** The same signature as the ledger keeps it. */
  readonly evidence: { readonly statement: Uint8Array<ArrayBuffer>; readonly assertion: AssertionEvidence };
}

/** Statements offered to persons for signing, and what comes back. Each offer is answered once. */
@Injectable()
export class StatementsService {
  private readonly rp: RelyingParty;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly passkeyUse: PasskeyUse,
  ) {
    this.rp = relyingPartyOf(config);
  }

  /** Offers a statement about `target` to a person. */
  async offer(kind: StatementKind, personId: string, target: string, statement: object) {
    const { text, sha256, challenge } = writeStatement(statement);
    const passkeys = await listUsablePasskeys(this.database.client, personId);
    const options = await offerAuthentication(this.rp, challenge, passkeys);
    await insertCeremony(
      this.database.client,
      {
        id: sha256,
        kind,
        challenge: Buffer.from(challenge).toString('base64url'),
        personId,
        target,
        statement: text,
        expiresAt: new Date(this.clock.nowMs() + OFFER_MS),
      },
      this.clock.now(),
    );
    return { statement: text, sha256, options };
  }

  /**
   * Verifies a signed statement against the offer that was made to this person for this target.
   * @throws ProblemError `statement-mismatch` when there is no such offer, `statement-expired`; IdentityError
   */
  async verify(
    kind: StatementKind,
    personId: string,
    target: string,
    signed: SignedStatement,
  ): Promise<VerifiedStatement> {
    const { sha256 } = hashStatement(signed.statement);
    const offer = await this.takeOffer({ id: sha256, kind, personId, target });
    const offered = offer.statement;
    const passkey = await findUsablePasskey(this.database.client, signed.assertion.id);
    if (passkey?.personId !== personId) throw new IdentityError('assertion-invalid');
    const verified = await this.passkeyUse.verify(passkey.id, offer, (countsSince) =>
      verifySignedStatement(this.rp, offered, signed, passkey, countsSince),
    );
    return {
      sha256,
      statement: offered,
      assertion: keptAssertion(signed.assertion),
      credentialId: passkey.id,
      verified,
      evidence: {
        statement: new TextEncoder().encode(offered),
        assertion: assertionFromWebauthn(signed.assertion),
      },
    };
  }

  private async takeOffer(where: {
    readonly id: string;
    readonly kind: StatementKind;
    readonly personId: string;
    readonly target: string;
  }): Promise<CeremonyRecord & { readonly statement: string }> {
    const taken = await this.database.transaction((tx) => takeCeremony(tx, where));
    if (typeof taken?.statement !== 'string') {
      throw new ProblemError('statement-mismatch', {
        detail: 'There is no open offer of exactly this text to you: ask for one and sign it unchanged.',
      });
    }
    if (taken.expiresAt.getTime() <= this.clock.nowMs()) throw new ProblemError('statement-expired');
    return { ...taken, statement: taken.statement };
  }
}
