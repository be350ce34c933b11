import { Inject, Injectable } from '@nestjs/common';
import { publishKey } from '@guise/permit';
import type { PublishedKey, TrustRoot } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { STILL_SHOWN_SECONDS } from '../keys/key-life.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { LedgerKey } from '../ledger/ledger-key.js';
import { Clock } from '../ports/clock.js';
import { CONFIG } from '../ports/tokens.js';

/** The public keys that others pin. */
@Injectable()
export class TrustService {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly clock: Clock,
    private readonly keys: SigningKeys,
    private readonly ledgerKey: LedgerKey,
  ) {}

  /** RFC 7517: the keys by which something new may be signed, or shown as fresh: the next, the current, the one just before. */
  jwks(): { readonly keys: readonly PublishedKey[] } {
    const now = this.clock.nowSeconds();
    const shown = this.keys
      .history('permit')
      .filter(
        ({ notAfter = Infinity, compromised }) =>
          compromised !== true && now < notAfter + STILL_SHOWN_SECONDS,
      );
    return { keys: shown.map(publishKey) };
  }

  /** With every key there ever was: permits of recordings and receipts are checked years later. */
  async trustRoot(): Promise<TrustRoot> {
    const { publicUrl, rpId } = this.config;
    return {
      issuer: publicUrl,
      ledgerKey: await this.ledgerKey.verifierKey(),
      rpId,
      origins: [publicUrl],
      permitKeys: this.keys.history('permit').map(publishKey),
    };
  }
}
