import { Module } from '@nestjs/common';
import { EnrolmentNotice } from './enrolment-notice.js';
import { EnrolmentsController } from './enrolments.controller.js';
import { EnrolmentsService } from './enrolments.service.js';
import { SourceFacesService } from './source-faces.service.js';

@Module({
  controllers: [EnrolmentsController],
  providers: [EnrolmentsService, SourceFacesService, EnrolmentNotice],
  exports: [EnrolmentNotice],
})
export class EnrolmentsModule {}
