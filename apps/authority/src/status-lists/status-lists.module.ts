import { Module } from '@nestjs/common';
import { StatusListPublisher } from './status-list-publisher.js';
import { StatusListsController } from './status-lists.controller.js';
import { StatusLists } from './status-lists.service.js';

@Module({
  controllers: [StatusListsController],
  providers: [StatusLists, StatusListPublisher],
  exports: [StatusLists],
})
export class StatusListsModule {}
