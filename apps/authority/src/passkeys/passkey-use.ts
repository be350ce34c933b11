import { Inject, Injectable } from '@nestjs/common';
import { IdentityError, SIGN_AGAIN, type CountsSince, type VerifiedAssertion } from '@guise/identity';
import {
  advancePasskey,
  listCountsSince,
  lockClonedPasskey,
  type CeremonyRecord,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** What follows every use of a passkey: its counter moves on, and a copied one is locked. */
@Injectable()
export class PasskeyUse {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Runs a verification of an answer to a ceremony, and locks the passkey when it turns out to be copied. */
  async verify(
    passkeyId: string,
    { issuedAfter }: CeremonyRecord,
    verification: (countsSince: CountsSince) => Promise<VerifiedAssertion>,
  ): Promise<VerifiedAssertion> {
    const { client } = this.database;
    try {
      return await verification(() => listCountsSince(client, passkeyId, issuedAfter));
    } catch (error) {
      if (error instanceof IdentityError && error.code === 'passkey-cloned') {
        await lockClonedPasskey(client, passkeyId, this.clock.now());
      }
      throw error;
    }
  }

  /**
   * Moves the counter in the transaction of what the assertion authorises.
   * @throws IdentityError `assertion-invalid` when another use of this or a later count was faster
   */
  async advance(tx: Transaction, assertion: VerifiedAssertion): Promise<void> {
    if (!(await advancePasskey(tx, assertion.credentialId, assertion.counter, this.clock.now()))) {
      throw new IdentityError('assertion-invalid', SIGN_AGAIN);
    }
  }
}
