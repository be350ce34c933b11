import { Inject, Injectable } from '@nestjs/common';
import { IdentityError, type VerifiedRegistration } from '@guise/identity';
import {
  insertPasskey,
  isUniqueViolation,
  LedgerOutbox,
  lockPasskeys,
  removePasskey,
  type Database,
  type PasskeyRecord,
  type Transaction,
} from '@guise/persistence';
import { personId as parsePersonId } from '@guise/protocol';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';

/** Which passkeys are whose: every addition and removal is in the ledger, in the same transaction. */
@Injectable()
export class PasskeyRegistry {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
  ) {}

  /**
   * Stores a verified passkey, and does `then` in the same transaction.
   * @throws IdentityError `assertion-invalid` when it is registered already, with whomever
   */
  async store<T>(
    added: { readonly personId: string; readonly passkey: VerifiedRegistration; readonly name: string },
    then: (tx: Transaction, handle: string) => Promise<T>,
  ): Promise<T> {
    const { personId, passkey, name } = added;
    const handle = this.random.id('passkey');
    try {
      return await this.database.transaction(async (tx) => {
        await lockPasskeys(tx, personId);
        await insertPasskey(tx, { ...passkey, handle, personId, name, createdAt: this.clock.now() });
        await this.tell(tx, { ...passkey, personId }, 'registered');
        return then(tx, handle);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new IdentityError('assertion-invalid', 'This passkey is registered already. Make a new one.');
    }
  }

  /** Ends a passkey for good; lock the person's passkeys first. @returns false when there is none of this handle */
  async remove(tx: Transaction, personId: string, handle: string): Promise<boolean> {
    const removed = await removePasskey(tx, { personId, handle }, this.clock.now());
    if (removed !== null) await this.tell(tx, removed, 'removed');
    return removed !== null;
  }

  private tell(
    tx: Transaction,
    passkey: Pick<PasskeyRecord, 'id' | 'personId' | 'publicKey'>,
    state: 'registered' | 'removed',
  ) {
    return this.ledger.stage(tx, {
      v: 1,
      kind: 'passkey',
      at: this.clock.nowSeconds(),
      person: parsePersonId.parse(passkey.personId),
      credential: new Uint8Array(Buffer.from(passkey.id, 'base64url')),
      publicKey: new Uint8Array(passkey.publicKey),
      state,
    });
  }
}
