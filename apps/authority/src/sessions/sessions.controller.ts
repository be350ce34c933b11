import { Body, Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  evidenceRequest,
  evidenceResponse,
  keyDisclosureRequest,
  leaseResponse,
  sessionCloseRequest,
  sessionId,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingDevice, type DevicePrincipal } from '../http/principal.js';
import { EvidenceService } from './evidence.service.js';
import { KeyDisclosureService } from './key-disclosure.service.js';
import { SessionStreams } from './session-streams.js';
import { SessionsService } from './sessions.service.js';

/** What the runtime of a running session says and asks. Every route is for the device that opened the session. */
@Controller('v1/sessions/:id')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly evidence: EvidenceService,
    private readonly keys: KeyDisclosureService,
    private readonly streams: SessionStreams,
  ) {}

  @Get('lease')
  @Requires('device')
  @Header('cache-control', 'no-store')
  @Answers(200, leaseResponse, 'Whether the session may go on, and the time')
  lease(@Param('id', { schema: sessionId }) id: string, @CallingDevice() device: DevicePrincipal) {
    return this.sessions.lease(device, id);
  }

  @Get('events')
  @Requires('device')
  @Answers(200, null, 'Server-sent events: the end of the session, at once')
  events(
    @Param('id', { schema: sessionId }) id: string,
    @CallingDevice() device: DevicePrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const heard = request.headers['last-event-id'];
    return this.streams.open(device, id, typeof heard === 'string' ? heard : undefined, reply);
  }

  @Post('evidence')
  @Requires('device')
  @Answers(201, evidenceResponse, 'Hand in the next evidence segment; answered once it is in a checkpoint')
  submit(
    @Param('id', { schema: sessionId }) id: string,
    @Body({ schema: evidenceRequest }) body: z.infer<typeof evidenceRequest>,
    @CallingDevice() device: DevicePrincipal,
  ) {
    return this.evidence.submit(device, id, body.segment);
  }

  @Post('keys')
  @Requires('device')
  @Answers(204, null, 'Disclose the key of a past epoch whose evidence is in a published checkpoint')
  disclose(
    @Param('id', { schema: sessionId }) id: string,
    @Body({ schema: keyDisclosureRequest }) body: z.infer<typeof keyDisclosureRequest>,
    @CallingDevice() device: DevicePrincipal,
  ) {
    return this.keys.disclose(device, id, body.epoch, body.key);
  }

  @Post('close')
  @Requires('device')
  @Answers(204, null, 'End the session')
  close(
    @Param('id', { schema: sessionId }) id: string,
    @Body({ schema: sessionCloseRequest }) body: z.infer<typeof sessionCloseRequest>,
    @CallingDevice() device: DevicePrincipal,
  ) {
    return this.sessions.close(device, id, body.reason);
  }
}
