import { Inject, Injectable } from '@nestjs/common';
import {
  expectUser,
  findIdentityPerson,
  findPersons,
  findProvisionedUser,
  isUniqueViolation,
  LedgerOutbox,
  lockPerson,
  takeExpectedUser,
  type Database,
  type PersonRecord,
  type Transaction,
} from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

const EXPECTED_MS = 7 * 86_400_000;

/** What a provisioning client says of a user that it creates. */
export interface CreatedUser {
  readonly userName: string;
  /** Who the user is at the OpenID provider; null when the client does not say that. */
  readonly identity: { readonly issuer: string; readonly subject: string } | null;
}

/**
 * Whom a provisioning client takes over in place of making a new person: whom an admin named for it, or who signed in at the
 * provider as the very subject that it names. Never by a name or an e-mail address alone, and never an admin: the directory could
 * then sign in as one.
 */
@Injectable()
export class Adoptions {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** @throws ProblemError `not-found`, `conflict`, `forbidden` */
  async expect(personId: string, userName: string, admin: string): Promise<void> {
    if (personId === admin) {
      throw new ProblemError('forbidden', { detail: 'Another admin must hand you to the directory.' });
    }
    await this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      const [person] = await findPersons(tx, [personId]);
      if (person === undefined || person.state === 'left') throw new ProblemError('not-found');
      if (isAdmin(person)) throw conflict('Admins are not provisioned. They link their own sign-in.');
      if ((await findProvisionedUser(tx, personId)) !== null) {
        throw conflict('This person is provisioned already.');
      }
      const now = this.clock.nowMs();
      await expectUser(tx, {
        ...{ personId, userName, requestedBy: admin },
        ...{ requestedAt: new Date(now), expiresAt: new Date(now + EXPECTED_MS) },
      }).catch((error: unknown) => {
        throw isUniqueViolation(error) ? conflict('Somebody else is expected by this name.') : error;
      });
      await this.ledger.stage(tx, {
        ...{ v: 1, kind: 'status-change', at: this.clock.nowSeconds(), subject: personId },
        ...{ from: person.state, to: 'expected by the directory', reason: `by ${admin}` },
      });
    });
  }

  /**
   * Who is here already and becomes this user. The person stays locked until the transaction ends.
   * @returns null when it is somebody new
   * @throws ProblemError `conflict` when an admin of the organisation must decide first
   */
  async find(tx: Transaction, { userName, identity }: CreatedUser): Promise<string | null> {
    const named = await takeExpectedUser(tx, userName, this.clock.now());
    const id = named ?? (identity === null ? null : await findIdentityPerson(tx, identity));
    if (id === null) return null;
    await lockPerson(tx, id);
    const [person] = await findPersons(tx, [id]);
    // Who left may come back as somebody new; who is provisioned is the other user's.
    if (person === undefined || person.state === 'left') return null;
    if ((await findProvisionedUser(tx, id)) !== null) return null;
    // Of the suspended, only an admin's word brings the directory in.
    if (!isAdmin(person) && (named !== null || person.state === 'active')) return id;
    throw conflict('This user is somebody here already. An admin of the organisation decides about them.');
  }
}

const isAdmin = ({ roles }: PersonRecord): boolean => roles.includes('admin');

const conflict = (detail: string): ProblemError => new ProblemError('conflict', { detail });
