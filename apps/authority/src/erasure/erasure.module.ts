import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { PeopleModule } from '../people/people.module.js';
import { EntryErasure } from './entry-erasure.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureService } from './erasure.service.js';

@Module({
  imports: [AvatarsModule, PeopleModule],
  controllers: [ErasureController],
  providers: [EntryErasure, ErasureService],
  exports: [EntryErasure],
})
export class ErasureModule {}
