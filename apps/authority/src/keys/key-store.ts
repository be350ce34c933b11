import { Injectable } from '@nestjs/common';
import type { Es256Signer } from '@guise/permit';

/**
 * Where long-lived secrets live. The default keeps them in files; a KMS or PKCS#11 adapter takes the same shape.
 * Names are lower-case words with dashes.
 */
@Injectable()
export abstract class KeyStore {
  /** 32 random bytes, made at the first call and the same ever after. */
  abstract secret(name: string): Promise<Uint8Array>;
  /** A P-256 key for ES256, made at the first call and the same ever after. */
  abstract signer(name: string): Promise<Es256Signer>;
}
