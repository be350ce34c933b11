import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyStore } from '../keys/key-store.js';
import { Clock } from '../ports/clock.js';

/** A nonce is given out for this time, and accepted for as long again. */
const PERIOD_SECONDS = 60;

/**
 * Nonces that proofs for tokens and permits must carry (RFC 9449 §8): a proof made ahead of time, by whoever had the key
 * for a moment, is worth nothing later. All replicas know them without storing any: a MAC of the minute.
 */
@Injectable()
export class DpopNonces {
  /** Of the last periods: they are asked for with every proof. */
  private readonly made = new Map<number, string>();

  constructor(
    private readonly keys: KeyStore,
    private readonly clock: Clock,
  ) {}

  current(): Promise<string> {
    return this.of(this.period());
  }

  /** What is accepted now: the current nonce and the one before. */
  accepted(): Promise<readonly string[]> {
    return Promise.all([this.of(this.period()), this.of(this.period() - 1)]);
  }

  private period(): number {
    return Math.floor(this.clock.nowSeconds() / PERIOD_SECONDS);
  }

  private async of(period: number): Promise<string> {
    const known = this.made.get(period);
    if (known !== undefined) return known;
    const secret = await this.keys.secret('dpop-nonce');
    const nonce = createHmac('sha256', secret).update(String(period)).digest('base64url');
    for (const old of this.made.keys()) if (old < period - 1) this.made.delete(old);
    this.made.set(period, nonce);
    return nonce;
  }
}
