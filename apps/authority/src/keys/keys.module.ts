import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { AuthorityConfig } from '../config.js';
import { CONFIG } from '../ports/tokens.js';
import { FileKeyStore } from './file-key-store.js';
import { KeyStore } from './key-store.js';
import { SigningKeys } from './signing-keys.js';

/** An adapter in place of the files, from whoever builds the authority. */
export const KEY_STORE_OVERRIDE = Symbol('KeyStoreOverride');

/** Where keys are, and which of them sign. */
@Global()
@Module({
  providers: [
    {
      provide: KeyStore,
      useFactory: (config: AuthorityConfig, override: KeyStore | null) =>
        override ?? new FileKeyStore(join(config.dataDir, 'keys')),
      inject: [CONFIG, KEY_STORE_OVERRIDE],
    },
    SigningKeys,
  ],
  exports: [KeyStore, SigningKeys],
})
export class KeysModule {}
