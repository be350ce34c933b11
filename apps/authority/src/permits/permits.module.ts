import { Module } from '@nestjs/common';
import { EnrolmentsModule } from '../enrolments/enrolments.module.js';
import { ReceiptsModule } from '../receipts/receipts.module.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { StatusListsModule } from '../status-lists/status-lists.module.js';
import { PermitIssuer } from './permit-issuer.js';
import { PermitsController } from './permits.controller.js';
import { PermitsService } from './permits.service.js';
import { TrustService } from './trust.service.js';
import { WearGrants } from './wear-grants.js';

@Module({
  imports: [EnrolmentsModule, ReceiptsModule, StatusListsModule],
  controllers: [PermitsController],
  providers: [PermitsService, PermitIssuer, WearGrants, TrustService, SessionEnder],
  exports: [WearGrants, TrustService, SessionEnder],
})
export class PermitsModule {}
