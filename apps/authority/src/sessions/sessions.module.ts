import { Module } from '@nestjs/common';
import { PermitsModule } from '../permits/permits.module.js';
import { EvidenceService } from './evidence.service.js';
import { KeyDisclosureService } from './key-disclosure.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionStreams } from './session-streams.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [PermitsModule],
  controllers: [SessionsController],
  providers: [SessionsService, EvidenceService, KeyDisclosureService, SessionStreams],
})
export class SessionsModule {}
