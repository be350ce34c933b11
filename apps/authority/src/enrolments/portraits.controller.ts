import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { portraitJudgement } from '@guise/protocol';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { TakesUpload } from '../http/takes-upload.js';
import { PORTRAIT_FORM, PortraitsService } from './portraits.service.js';

@Controller('v1')
export class PortraitsController {
  constructor(private readonly portraits: PortraitsService) {}

  @Post('portrait-judgements')
  @HttpCode(200)
  @Requires('signed-in', { strictRate: true })
  @TakesUpload(PORTRAIT_FORM)
  @Answers(
    200,
    portraitJudgement,
    'Judge a picture of oneself for an avatar (parts `meta`, `file`); the picture is discarded',
  )
  judge(@CallingPerson() person: PersonPrincipal, @Req() request: FastifyRequest) {
    return this.portraits.judge(person.personId, request);
  }
}
