import { Inject, Injectable } from '@nestjs/common';
import {
  LedgerError,
  encodeBase64Url,
  openTree,
  parseTilePath,
  tileExists,
  verifyCheckpoint,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import {
  createLedgerStore,
  type Database,
  type LedgerStore,
  type PublishedCheckpoint,
} from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';
import { LedgerKey } from './ledger-key.js';

export interface PublishedTree {
  readonly checkpoint: VerifiedCheckpoint;
  readonly signedAt: Date;
}

/** What anyone may read of the log: published checkpoints, their tiles and proofs. Nothing unpublished leaves. */
@Injectable()
export class LedgerReader {
  private readonly store: LedgerStore;
  /** The last note whose signature was verified: most questions are about the same one. */
  private verified: { readonly note: string; readonly checkpoint: VerifiedCheckpoint } | undefined;

  constructor(
    @Inject(DATABASE) database: Database,
    private readonly key: LedgerKey,
  ) {
    this.store = createLedgerStore(database.client);
  }

  /** @throws LedgerError when the stored checkpoint is not by this log's key */
  async published(): Promise<PublishedTree> {
    return this.verify(await this.store.readPublished());
  }

  /** The same, of a stored checkpoint that was read already. @throws LedgerError */
  async verify(published: PublishedCheckpoint | null): Promise<PublishedTree> {
    if (published === null) throw new ProblemError('not-ready', { detail: 'The ledger is being opened.' });
    const { note, signedAt } = published;
    if (this.verified?.note !== note) {
      const { verifier } = await this.key.signer();
      this.verified = { note, checkpoint: verifyCheckpoint(note, verifier) };
    }
    return { checkpoint: this.verified.checkpoint, signedAt };
  }

  async status() {
    const { checkpoint, signedAt } = await this.published();
    return {
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: encodeBase64Url(checkpoint.root),
      signedAt: Math.floor(signedAt.getTime() / 1000),
      verifierKey: await this.key.verifierKey(),
    };
  }

  /** @throws ProblemError `not-found` for anything but a tile of the published tree */
  async tile(path: string): Promise<Uint8Array> {
    const tile = asAbsent(() => parseTilePath(path));
    const { checkpoint } = await this.published();
    const bytes = tileExists(tile, checkpoint.size) ? await this.store.readTile(tile) : null;
    if (bytes === null)
      throw new ProblemError('not-found', { detail: 'The published log has no such tile.' });
    return bytes;
  }

  /** @throws ProblemError `bad-request` when the tree or the leaf is not published */
  async inclusionProof(index: number, size: number): Promise<Uint8Array[]> {
    const { checkpoint } = await this.published();
    return asOutOfRange(() => openTree(this.store, checkpoint.size).proveInclusion(index, size));
  }

  /** @throws ProblemError `bad-request` when one of the trees is not published */
  async consistencyProof(first: number, second: number): Promise<Uint8Array[]> {
    const { checkpoint } = await this.published();
    return asOutOfRange(() => openTree(this.store, checkpoint.size).proveConsistency(first, second));
  }
}

function asAbsent<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new ProblemError('not-found', { detail: 'Tiles are at paths like /log/tile/0/x001/234.p/8.' });
  }
}

async function asOutOfRange<T>(prove: () => Promise<T>): Promise<T> {
  try {
    return await prove();
  } catch (error) {
    if (!(error instanceof LedgerError && error.code === 'proof-range')) throw error;
    throw new ProblemError('bad-request', {
      detail: 'Ask for leaves and sizes within the newest checkpoint: GET /v1/ledger/status.',
    });
  }
}
