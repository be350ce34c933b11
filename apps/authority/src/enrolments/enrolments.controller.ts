import { Body, Controller, Get, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  deviceTemplate,
  enrolmentId,
  enrolmentJudgement,
  enrolmentRequest,
  enrolmentResponse,
  noticeResponse,
  sourceFaceId,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { TakesUpload } from '../http/takes-upload.js';
import {
  CallingDevice,
  CallingPerson,
  type DevicePrincipal,
  type PersonPrincipal,
} from '../http/principal.js';
import { EnrolmentNotice } from './enrolment-notice.js';
import { CAPTURE_FORM, EnrolmentsService } from './enrolments.service.js';
import { SourceFacesService } from './source-faces.service.js';

@Controller('v1')
export class EnrolmentsController {
  constructor(
    private readonly enrolments: EnrolmentsService,
    private readonly sourceFaces: SourceFacesService,
    private readonly enrolmentNotice: EnrolmentNotice,
  ) {}

  @Get('notices/enrolment')
  @Requires('public')
  @Answers(200, noticeResponse, 'The notice to be read and released before any capture')
  notice() {
    return this.enrolmentNotice.read();
  }

  @Post('enrolments')
  @Requires('signed-in')
  @Answers(201, enrolmentResponse, 'Release the notice and open an enrolment of the own face')
  start(
    @Body({ schema: enrolmentRequest }) body: z.infer<typeof enrolmentRequest>,
    @CallingPerson() person: PersonPrincipal,
  ) {
    return this.enrolments.start(person.personId, body);
  }

  @Put('enrolments/:id/capture')
  @Requires('signed-in', { strictRate: true })
  @TakesUpload(CAPTURE_FORM)
  @Answers(
    200,
    enrolmentJudgement,
    'Judge a live capture (part `file`) and register the face; the video is discarded',
  )
  capture(
    @Param('id', { schema: enrolmentId }) id: string,
    @CallingPerson() person: PersonPrincipal,
    @Req() request: FastifyRequest,
  ) {
    return this.enrolments.capture(person.personId, id, request);
  }

  @Get('source-faces/:id/template')
  @Requires('device')
  @Answers(200, deviceTemplate, 'The own template under this device’s rotation')
  template(@Param('id', { schema: sourceFaceId }) id: string, @CallingDevice() device: DevicePrincipal) {
    return this.sourceFaces.readTemplate(device, id);
  }
}
