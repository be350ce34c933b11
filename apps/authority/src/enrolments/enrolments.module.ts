import { Module } from '@nestjs/common';
import { DeviceTemplates } from './device-templates.js';
import { EnrolmentNotice } from './enrolment-notice.js';
import { EnrolmentsController } from './enrolments.controller.js';
import { EnrolmentsService } from './enrolments.service.js';
import { SourceFacesService } from './source-faces.service.js';

@Module({
  controllers: [EnrolmentsController],
  providers: [EnrolmentsService, SourceFacesService, DeviceTemplates, EnrolmentNotice],
  exports: [DeviceTemplates, EnrolmentNotice],
})
export class EnrolmentsModule {}
