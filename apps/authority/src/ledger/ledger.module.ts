import { Global, Module } from '@nestjs/common';
import { LedgerOutbox } from '@guise/persistence';
import { LedgerKey } from './ledger-key.js';
import { LedgerReader } from './ledger-reader.js';
import { LedgerSequencer } from './ledger-sequencer.js';
import { LedgerController } from './ledger.controller.js';
import { StagedOutbox } from './staged-outbox.js';

/** The transparency log. Other modules only stage entries; publishing is this module's. */
@Global()
@Module({
  controllers: [LedgerController],
  providers: [LedgerKey, LedgerSequencer, LedgerReader, { provide: LedgerOutbox, useClass: StagedOutbox }],
  exports: [LedgerOutbox, LedgerReader, LedgerSequencer, LedgerKey],
})
export class LedgerModule {}
