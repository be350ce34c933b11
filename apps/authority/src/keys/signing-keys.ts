import { randomBytes } from 'node:crypto';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { jwkThumbprint, type Es256Signer, type PinnedKey } from '@guise/permit';
import {
  insertSigningKey,
  LedgerOutbox,
  listSigningKeys,
  lockSigningKeys,
  noteDestroyedKey,
  type Database,
  type SigningKeyRecord,
  type Transaction,
} from '@guise/persistence';
import { keyUse, type KeyUse } from '@guise/protocol';
import type { Logger } from 'pino';
import { Clock } from '../ports/clock.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { ChangeFeed } from '../revocations/change-feed.js';
import { DESTROY_AFTER_SECONDS, keyAt, ofUse, toPinned } from './key-life.js';
import { KeyStore } from './key-store.js';

/** A rotation that this replica was not told of is known after this time; a planned one long before it counts. */
const LOOK_EVERY_MS = 30_000;

/**
 * The keys that sign, and those whose signatures are checked. They are held in memory, because they are needed with every
 * permit, inside of transactions too; the database says which there are, and the key store must know each of them: a row that
 * somebody wrote in behind the service's back is no key.
 */
@Injectable()
export class SigningKeys implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private keys: readonly SigningKeyRecord[] = [];
  /** Key ids that the store confirmed. */
  private readonly confirmed = new Set<string>();
  private sweeps: Sweeps | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: KeyStore,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly feed: ChangeFeed,
  ) {}

  onModuleInit(): void {
    this.feed.listen({
      onChange: (change) => {
        if (change.type === 'keys') this.lookSoon();
      },
      onGap: () => {
        this.lookSoon();
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const known = await lockSigningKeys(tx);
      for (const use of keyUse.options) if (ofUse(known, use).length === 0) await this.makeFirst(tx, use);
    });
    await this.look();
    this.sweeps = sweepEvery(
      LOOK_EVERY_MS,
      async () => {
        await this.look();
        await this.destroyEnded();
      },
      (error) => {
        this.logger.error({ err: error }, 'signing keys could not be looked after');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  /**
   * Signs with the key whose time `at` is.
   * @param at Unix seconds: what the signed text gives as its time
   */
  signer(use: KeyUse, at: number): Es256Signer {
    const key = keyAt(ofUse(this.keys, use), at);
    if (key === undefined) throw new Error(`there is no ${use} key for this time`);
    const { kid, jwk, storeId } = key;
    return { kid, publicJwk: jwk, sign: (data) => this.store.sign(storeId, data) };
  }

  /** Every key there ever was, with its time: what old signatures are checked by. */
  history(use: KeyUse): readonly PinnedKey[] {
    return ofUse(this.keys, use).map(toPinned);
  }

  records(): readonly SigningKeyRecord[] {
    return this.keys;
  }

  /** Makes the private half of a new key. @returns what is to be stored of it */
  async make(use: KeyUse): Promise<Pick<SigningKeyRecord, 'kid' | 'use' | 'storeId' | 'jwk'>> {
    return this.describe(use, `${use}-${randomBytes(8).toString('hex')}`);
  }

  /** Reads what there is now. */
  async look(): Promise<void> {
    const keys = [];
    for (const key of await listSigningKeys(this.database.client))
      if (await this.confirm(key)) keys.push(key);
    this.keys = keys;
  }

  /** Destroys the private halves of keys that will never sign again. */
  async destroyEnded(): Promise<void> {
    const now = this.clock.nowSeconds();
    for (const { kid, storeId, activeUntil, compromisedAt, destroyedAt } of this.keys) {
      const waits = compromisedAt === null ? DESTROY_AFTER_SECONDS : 0;
      if (destroyedAt !== null || activeUntil === null || now < activeUntil + waits) continue;
      await this.store.destroyKey(storeId);
      await noteDestroyedKey(this.database.client, kid, now);
    }
  }

  /** Named after its use alone: replicas that start at once agree, and a key made before there was a history is taken over. */
  private async makeFirst(tx: Transaction, use: KeyUse): Promise<void> {
    const now = this.clock.nowSeconds();
    const key = await this.describe(use, use);
    await insertSigningKey(tx, { ...key, publishedAt: now, activeFrom: 0, requestedBy: null });
    const { kid: keyId, jwk } = key;
    const about = { use, keyId, jwk, activeFrom: 0, ended: [], by: null };
    await this.ledger.stage(tx, { v: 1, kind: 'key-rotation', at: now, ...about });
  }

  private async describe(use: KeyUse, storeId: string) {
    const jwk = await this.store.generateKey(storeId);
    return { use, storeId, jwk, kid: await jwkThumbprint(jwk) };
  }

  private async confirm({ kid, storeId, jwk }: SigningKeyRecord): Promise<boolean> {
    if (this.confirmed.has(kid)) return true;
    const stored = await this.store.publicKey(storeId);
    const genuine =
      stored !== null && (await jwkThumbprint(stored)) === kid && (await jwkThumbprint(jwk)) === kid;
    if (genuine) this.confirmed.add(kid);
    else this.logger.error({ kid }, 'the database names a signing key that the key store does not have');
    return genuine;
  }

  private lookSoon(): void {
    this.look().catch((error: unknown) => {
      this.logger.error({ err: error }, 'signing keys are read again in a moment');
    });
  }
}
