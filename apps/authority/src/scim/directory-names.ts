import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  deleteDepartedNames,
  hasDepartedName,
  insertDepartedNames,
  isProvisionedName,
  type Transaction,
} from '@guise/persistence';
import { KeyStore } from '../keys/key-store.js';
import { Clock } from '../ports/clock.js';

/** How a directory calls somebody. */
export interface DirectoryUser {
  readonly userName: string;
  readonly externalId: string | null;
}

/** Names of somebody as the OpenID provider tells them. They may be the same as the directory's; nothing proves it. */
export interface ProviderNames {
  readonly subject: string;
  readonly userNames: readonly string[];
}

/**
 * Keeps a sign-in from making a second person of somebody whom the directory knows: suspended, gone, or just not linked. A name
 * is enough to refuse, and never enough to let in. Names of who left are kept as keyed hashes.
 */
@Injectable()
export class DirectoryNames {
  constructor(
    private readonly keys: KeyStore,
    private readonly clock: Clock,
  ) {}

  /** Whether the directory has, or had, somebody of one of these names. */
  async knows(tx: Transaction, { subject, userNames }: ProviderNames): Promise<boolean> {
    if (await isProvisionedName(tx, { userNames, externalId: subject })) return true;
    const hash = await this.hasher();
    return hasDepartedName(tx, [hash('id', subject), ...userNames.map((name) => hash('name', name))]);
  }

  async depart(tx: Transaction, user: DirectoryUser): Promise<void> {
    await insertDepartedNames(tx, await this.hashesOf(user), this.clock.now());
  }

  /** The directory has somebody of this name again: what they may is its word from now on. */
  async comeBack(tx: Transaction, user: DirectoryUser): Promise<void> {
    await deleteDepartedNames(tx, await this.hashesOf(user));
  }

  private async hashesOf({ userName, externalId }: DirectoryUser): Promise<readonly string[]> {
    const hash = await this.hasher();
    return [hash('name', userName), ...(externalId === null ? [] : [hash('id', externalId)])];
  }

  private async hasher(): Promise<(kind: 'name' | 'id', value: string) => string> {
    const secret = await this.keys.secret('directory-names');
    return (kind, value) =>
      createHmac('sha256', secret)
        .update(`${kind}\0${kind === 'name' ? value.toLowerCase() : value}`)
        .digest('base64url');
  }
}
