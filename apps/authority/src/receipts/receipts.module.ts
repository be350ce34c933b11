import { Module } from '@nestjs/common';
import { Pseudonyms } from './pseudonyms.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsService } from './receipts.service.js';

@Module({
  controllers: [ReceiptsController],
  providers: [ReceiptsService, Pseudonyms],
  exports: [Pseudonyms],
})
export class ReceiptsModule {}
