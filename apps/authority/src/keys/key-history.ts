import { Inject, Injectable } from '@nestjs/common';
import { encodeBase64Url, openTree } from '@guise/ledger';
import { createLedgerStore, readEntriesAbout, type Database } from '@guise/persistence';
import type { KeyHistory } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { LedgerReader } from '../ledger/ledger-reader.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';

/** Every signing key there ever was, as the ledger proves it to whoever pinned the ledger's key. */
@Injectable()
export class KeyHistoryService {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly reader: LedgerReader,
  ) {}

  async read(): Promise<KeyHistory> {
    const { checkpoint } = await this.reader.published();
    const stored = await readEntriesAbout(this.database.client, ['signing-keys'], ['key-rotation']);
    const tree = openTree(createLedgerStore(this.database.client), checkpoint.size);
    const entries = [];
    for (const { leafIndex: index, payload, salt } of stored) {
      if (index === null || index >= checkpoint.size) continue;
      const proof = (await tree.proveInclusion(index)).map(encodeBase64Url);
      const bytes = { payload: encodeBase64Url(payload), salt: encodeBase64Url(salt) };
      entries.push({ kind: 'key-rotation' as const, index, ...bytes, proof });
    }
    return { format: 'guise-keys/1', issuer: this.config.publicUrl, checkpoint: checkpoint.note, entries };
  }
}
