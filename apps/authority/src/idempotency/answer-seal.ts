import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyStore } from '../keys/key-store.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A request as it was sent: whose, under which key, and what. */
export interface KeyedRequest {
  /** `person per_…`, `device dev_…` */
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly body: unknown;
}

/**
 * What the database holds of requests and their answers. Some answers hold a secret that is shown once (an invitation's
 * token): who reads the database alone can open none, and cannot even try whether a guess is the key or the body.
 */
@Injectable()
export class AnswerSeal {
  constructor(private readonly keys: KeyStore) {}

  async hashesOf(request: KeyedRequest): Promise<{ readonly id: string; readonly fingerprint: string }> {
    const { caller, key, method, url, body } = request;
    const secret = await this.keys.secret('idempotency');
    const hash = (...parts: readonly unknown[]): string =>
      createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
    return { id: hash('id', caller, key), fingerprint: hash('request', method, url, body ?? null) };
  }

  /** @param about what the answer belongs to: it opens for nothing else */
  async seal(text: string, about: string): Promise<Uint8Array> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await this.keyFor(about), nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
  }

  /** @throws Error when it was sealed for something else, or changed */
  async open(sealed: Uint8Array, about: string): Promise<string> {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      await this.keyFor(about),
      sealed.subarray(0, NONCE_BYTES),
      { authTagLength: TAG_BYTES },
    );
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const body = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  }

  private async keyFor(about: string): Promise<Uint8Array> {
    const secret = await this.keys.secret('idempotency');
    return new Uint8Array(hkdfSync('sha256', secret, '', `guise answer ${about}`, 32));
  }
}
