import { Inject, Injectable } from '@nestjs/common';
import type { PinnedKey } from '@guise/permit';
import type { TrustRoot } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { KeyStore } from '../keys/key-store.js';
import { LedgerKey } from '../ledger/ledger-key.js';
import { CONFIG } from '../ports/tokens.js';

/** The public keys that others pin. */
@Injectable()
export class TrustService {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly keys: KeyStore,
    private readonly ledgerKey: LedgerKey,
  ) {}

  /** Permit signing keys, past and present. */
  async permitKeys(): Promise<readonly PinnedKey[]> {
    const signer = await this.keys.signer('permit');
    return [{ kid: signer.kid, jwk: signer.publicJwk }];
  }

  /** RFC 7517 */
  async jwks() {
    const keys = await this.permitKeys();
    return {
      keys: keys.map(({ kid, jwk }) => ({ ...jwk, kid, alg: 'ES256' as const, use: 'sig' as const })),
    };
  }

  async trustRoot(): Promise<TrustRoot> {
    const { publicUrl, rpId } = this.config;
    return {
      issuer: publicUrl,
      ledgerKey: await this.ledgerKey.verifierKey(),
      rpId,
      origins: [publicUrl],
      permitKeys: (await this.jwks()).keys,
    };
  }
}
