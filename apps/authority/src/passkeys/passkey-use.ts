import { Inject, Injectable } from '@nestjs/common';
import { IdentityError, type VerifiedAssertion } from '@guise/identity';
import { advancePasskey, lockClonedPasskey, type Database, type Transaction } from '@guise/persistence';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** What follows every use of a passkey: its counter moves on, and a copied one is locked. */
@Injectable()
export class PasskeyUse {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Runs a verification and locks the passkey when it turns out to be copied. */
  async verify(
    passkeyId: string,
    verification: () => Promise<VerifiedAssertion>,
  ): Promise<VerifiedAssertion> {
    try {
      return await verification();
    } catch (error) {
      if (error instanceof IdentityError && error.code === 'passkey-cloned') {
        await lockClonedPasskey(this.database.client, passkeyId, this.clock.now());
      }
      throw error;
    }
  }

  /**
   * Moves the counter in the transaction of what the assertion authorises.
   * @throws IdentityError `assertion-invalid` when another use of the same count was faster
   */
  async advance(tx: Transaction, assertion: VerifiedAssertion): Promise<void> {
    if (!(await advancePasskey(tx, assertion.credentialId, assertion.counter, this.clock.now()))) {
      throw new IdentityError(
        'assertion-invalid',
        'Another request used this passkey at the same moment. Try again.',
      );
    }
  }
}
