import { Injectable } from '@nestjs/common';
import { findOpenInvitation, findPerson, useInvitation, type Transaction } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken } from '../ports/random.js';
import { RecoveryUse } from '../recoveries/recovery-use.js';

/** Ids of recoveries begin so; the hash of an invitation never does. */
const RECOVERY = 'rec_';

/** What lets somebody register a passkey without being signed in: an invitation, or both halves of a recovery code. */
@Injectable()
export class RegistrationGrants {
  constructor(
    private readonly clock: Clock,
    private readonly recoveries: RecoveryUse,
  ) {}

  /**
   * Whom a token lets in, and what of it is used up later.
   * @throws ProblemError `invitation-invalid`
   */
  async find(tx: Transaction, token: string) {
    const hash = hashToken(token);
    const invitation = await findOpenInvitation(tx, hash, this.clock.now());
    const recovery = invitation === null ? await this.recoveries.find(tx, token) : null;
    const personId = invitation?.personId ?? recovery?.person;
    const person = personId === undefined ? null : await findPerson(tx, personId);
    if (person === null) throw new ProblemError('invitation-invalid');
    return { person, target: recovery?.id ?? hash };
  }

  /**
   * Uses it up for the passkey that was just stored.
   * @throws ProblemError `invitation-invalid` when another was faster, or it ended
   */
  async use(tx: Transaction, target: string, handle: string): Promise<void> {
    const used = target.startsWith(RECOVERY)
      ? await this.recoveries.complete(tx, target, handle)
      : await useInvitation(tx, target, this.clock.now());
    if (!used) throw new ProblemError('invitation-invalid');
  }
}
