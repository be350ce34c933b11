import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { SetError } from './set-verifier.js';
import { SharedSignals } from './shared-signals.service.js';

@Controller('v1/shared-signals')
export class SharedSignalsController {
  constructor(private readonly signals: SharedSignals) {}

  /** RFC 8935: 202 without a body; a refusal says by its code what the transmitter's operator can mend. */
  @Post('events')
  @Requires('public')
  @Answers(202, null, 'A security event token of the configured transmitter (RFC 8935, CAEP 1.0)')
  async receive(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    try {
      await this.signals.receive(request.headers.authorization, request.body);
      return undefined;
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      void reply.status(400).type('application/json').header('content-language', 'en');
      return { err: error.code, description: error.message };
    }
  }
}
