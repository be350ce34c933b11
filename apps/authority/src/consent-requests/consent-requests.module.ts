import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { ConsentRequestsController } from './consent-requests.controller.js';
import { ConsentRequestsService } from './consent-requests.service.js';

@Module({
  imports: [AvatarsModule],
  controllers: [ConsentRequestsController],
  providers: [ConsentRequestsService],
})
export class ConsentRequestsModule {}
