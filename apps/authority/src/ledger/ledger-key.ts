import { Inject, Injectable } from '@nestjs/common';
import { formatVerifierKey, type NoteSigner } from '@guise/ledger';
import { createNativeNoteSigner } from '../keys/native-ed25519.js';
import type { AuthorityConfig } from '../config.js';
import { KeyStore } from '../keys/key-store.js';
import { CONFIG } from '../ports/tokens.js';

/** The key that signs checkpoints. Its name is the log's origin, a URL without a scheme (C2SP tlog-checkpoint). */
@Injectable()
export class LedgerKey {
  private loading: Promise<NoteSigner> | undefined;
  readonly origin: string;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    private readonly keys: KeyStore,
  ) {
    this.origin = `${new URL(config.publicUrl).host}/log`;
  }

  signer(): Promise<NoteSigner> {
    this.loading ??= this.keys.secret('ledger').then((seed) => createNativeNoteSigner(this.origin, seed));
    return this.loading;
  }

  /** C2SP verifier key, as clients pin it. */
  async verifierKey(): Promise<string> {
    return formatVerifierKey((await this.signer()).verifier);
  }
}
