import { Module } from '@nestjs/common';
import { EnrolmentNotice } from './enrolment-notice.js';
import { EnrolmentsController } from './enrolments.controller.js';
import { EnrolmentsService } from './enrolments.service.js';
import { PortraitsController } from './portraits.controller.js';
import { PortraitsService } from './portraits.service.js';
import { SourceFacesService } from './source-faces.service.js';

@Module({
  controllers: [EnrolmentsController, PortraitsController],
  providers: [EnrolmentsService, PortraitsService, SourceFacesService, EnrolmentNotice],
  exports: [EnrolmentNotice],
})
export class EnrolmentsModule {}
