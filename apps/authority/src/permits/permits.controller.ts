import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { permitRequest, permitResponse, publishedKey, trustRoot, type PermitRequest } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingDevice, type DevicePrincipal } from '../http/principal.js';
import { PermitsService } from './permits.service.js';
import { TrustService } from './trust.service.js';

const jwks = z.object({ keys: z.array(publishedKey) });

@Controller()
export class PermitsController {
  constructor(
    private readonly permits: PermitsService,
    private readonly trust: TrustService,
  ) {}

  @Post('v1/permits')
  @Requires('device')
  @Header('cache-control', 'no-store')
  @Answers(201, permitResponse, 'A permit for a new session, or the next one of a running session')
  issue(@Body({ schema: permitRequest }) body: PermitRequest, @CallingDevice() device: DevicePrincipal) {
    return this.permits.issue(device, body);
  }

  @Get('.well-known/jwks.json')
  @Requires('public')
  @Header('cache-control', 'public, max-age=300')
  @Answers(200, jwks, 'Keys by which permits and status lists are signed now or next (RFC 7517)')
  keys() {
    return this.trust.jwks();
  }

  @Get('.well-known/guise-trust.json')
  @Requires('public')
  @Header('cache-control', 'public, max-age=300')
  @Answers(200, trustRoot, 'What an offline verifier pins, once and over a channel it trusts')
  root() {
    return this.trust.trustRoot();
  }
}
