import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { formatId, type IdKind } from '@guise/protocol';

/** Unpredictable bytes and what is made of them. */
export abstract class Random {
  abstract bytes(length: number): Uint8Array;

  id(kind: IdKind): string {
    return formatId(kind, this.bytes(16));
  }

  /** 256 bits, base64url: bearer tokens, nonces. */
  token(): string {
    return Buffer.from(this.bytes(32)).toString('base64url');
  }
}

@Injectable()
export class SystemRandom extends Random {
  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }
}

/** How a token is stored: its SHA-256. Tokens have 256 random bits, so no salt or stretching is needed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
