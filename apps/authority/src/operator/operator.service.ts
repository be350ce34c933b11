import { Inject, Injectable } from '@nestjs/common';
import { findPerson, listPersons, listRoleHolders, type Database } from '@guise/persistence';
import { keyUse, type PersonId } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { KeyRotations } from '../keys/key-rotations.service.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { AdminGrants } from '../people/admin-grants.service.js';
import { DATABASE } from '../ports/tokens.js';
import type { OperatorCommand } from './parse-command.js';

const MAX_LISTED = 100;

/** What came of a command: done, or only told. */
export interface OperatorAnswer {
  readonly done: boolean;
  readonly text: string;
}

/**
 * What only whoever runs the machine may do, because nobody is left who could do it by signing: no route leads here. Everything
 * is in the ledger, as the operator's, and every admin is told.
 */
@Injectable()
export class OperatorService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly rotations: KeyRotations,
    private readonly adminGrants: AdminGrants,
    private readonly sequencer: LedgerSequencer,
  ) {}

  /** @throws ProblemError `not-found`, `conflict` */
  async run(command: OperatorCommand): Promise<OperatorAnswer> {
    switch (command.name) {
      case 'show':
        return { done: true, text: await this.show() };
      case 'rotate-key':
        return this.rotateKey(command);
      case 'grant-admin':
        return this.grantAdmin(command);
    }
  }

  private async show(): Promise<string> {
    const { client } = this.database;
    const admins = new Set(await listRoleHolders(client, ['admin'], MAX_LISTED));
    const persons = await listPersons(client, null, MAX_LISTED);
    return [
      'Keys that sign:',
      ...keyUse.options.map((use) => `  ${use}  ${this.rotations.current(use) ?? 'none'}`),
      `Admins: ${String(admins.size)}`,
      `Persons (the first ${String(MAX_LISTED)}):`,
      ...persons.map(
        ({ id, displayName, roles, state }) =>
          `  ${id}  ${printable(displayName)}  ${roles.join(' ')}  ${state}`,
      ),
    ].join('\n');
  }

  private async rotateKey(
    command: Extract<OperatorCommand, { name: 'rotate-key' }>,
  ): Promise<OperatorAnswer> {
    const { use, reason, confirm } = command;
    const kid = this.rotations.current(use) ?? '';
    const effect =
      reason === 'planned'
        ? 'A new key is published now and signs in ten minutes; the old one stays good for what it signed.'
        : 'A new key signs at once, and what the old one signed is not accepted any more.';
    if (confirm === null) {
      return told(`This ends ${kid}, which signs ${use} tokens. ${effect}`, kid);
    }
    if (confirm !== kid) throw new ProblemError('conflict', { detail: `The key that signs is ${kid}.` });
    await this.rotations.rotateByOperator(use, reason, kid);
    await this.sequencer.publish();
    return { done: true, text: `Done, and in the ledger. ${effect}` };
  }

  private async grantAdmin(
    command: Extract<OperatorCommand, { name: 'grant-admin' }>,
  ): Promise<OperatorAnswer> {
    const name = await this.nameOf(command.person);
    if (command.confirm === null) {
      return told(`This makes ${printable(name)} (${command.person}) an admin. Every admin is told.`, name);
    }
    if (command.confirm !== name) {
      throw new ProblemError('conflict', { detail: `The person is called ${printable(name)}.` });
    }
    await this.adminGrants.grantByOperator(command.person);
    await this.sequencer.publish();
    return { done: true, text: `${printable(name)} is admin now. It is in the ledger; they sign in anew.` };
  }

  private async nameOf(person: PersonId): Promise<string> {
    const found = await findPerson(this.database.client, person);
    if (found === null)
      throw new ProblemError('not-found', { detail: 'There is no such person. See `show`.' });
    return found.displayName;
  }
}

const told = (what: string, confirm: string): OperatorAnswer => ({
  done: false,
  text: `${what}\nNothing was done. To do it, add --confirm ${JSON.stringify(confirm)}`,
});

/** Names are others' words: on a terminal they could hide what is asked. */
const printable = (text: string): string =>
  JSON.stringify(text).replaceAll(/[^\x20-\x7e\u00a1-\u024f]/gu, '?');
