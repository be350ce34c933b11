import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { AuthorityConfig } from '../config.js';
import { CONFIG } from '../ports/tokens.js';
import { FileKeyStore } from './file-key-store.js';
import { KeyStore } from './key-store.js';

@Global()
@Module({
  providers: [
    {
      provide: KeyStore,
      useFactory: (config: AuthorityConfig) => new FileKeyStore(join(config.dataDir, 'keys')),
      inject: [CONFIG],
    },
  ],
  exports: [KeyStore],
})
export class KeysModule {}
