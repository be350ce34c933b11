import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyStore } from '../keys/key-store.js';

/** One pseudonym per person and authority: the `sub` of permits, stable, and not the person's id. */
@Injectable()
export class Pseudonyms {
  constructor(private readonly keys: KeyStore) {}

  /** @returns the function from a person's id to their pseudonym */
  async open(): Promise<(personId: string) => string> {
    const secret = await this.keys.secret('pairwise');
    return (personId) => createHmac('sha256', secret).update(personId).digest('base64url');
  }
}
