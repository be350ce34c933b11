import { Body, Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  deviceAuthorizationRequest,
  deviceAuthorizationResponse,
  deviceId,
  deviceResponse,
  signedStatement,
  statementOffer,
  tokenRequest,
  tokenResponse,
  type SignedStatement,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { DevicesService } from './devices.service.js';
import { PairingService } from './pairing.service.js';

/** As shown, in any case, with or without the dash (RFC 8628 §6.1). */
const userCode = z
  .string()
  .max(20)
  .transform((text) => text.toUpperCase().replaceAll(/[^A-Z]/g, ''))
  .pipe(z.string().regex(/^[B-DF-HJ-NP-TV-Z]{8}$/, 'expected the eight letters the device shows'))
  .transform((letters) => `${letters.slice(0, 4)}-${letters.slice(4)}`);

@Controller('v1')
export class DevicesController {
  constructor(
    private readonly pairing: PairingService,
    private readonly devices: DevicesService,
  ) {}

  @Post('device-authorizations')
  @Requires('public', { strictRate: true })
  @Answers(201, deviceAuthorizationResponse, 'Start pairing the device whose DPoP proof is sent (RFC 8628)')
  start(
    @Body({ schema: deviceAuthorizationRequest }) body: z.infer<typeof deviceAuthorizationRequest>,
    @Req() request: FastifyRequest,
  ) {
    return this.pairing.start(request, body.deviceName);
  }

  @Get('device-authorizations/:userCode/statement')
  @Requires('signed-in', { strictRate: true })
  @Answers(200, statementOffer, 'The statement that pairs the device showing this code')
  offer(@Param('userCode', { schema: userCode }) code: string, @CallingPerson() person: PersonPrincipal) {
    return this.pairing.offer(person.personId, code);
  }

  @Post('device-authorizations/:userCode/approval')
  @Requires('signed-in', { strictRate: true, stepUp: 'signature' })
  @Answers(204, null, 'Pair the device by the signed statement')
  approve(
    @Param('userCode', { schema: userCode }) code: string,
    @Body({ schema: signedStatement }) body: SignedStatement,
    @CallingPerson() person: PersonPrincipal,
  ) {
    return this.pairing.approve(person.personId, code, body);
  }

  @Post('token')
  @Requires('public')
  @Answers(200, tokenResponse, 'Device tokens by device code or refresh token, bound to the DPoP key')
  token(@Body({ schema: tokenRequest }) body: z.infer<typeof tokenRequest>, @Req() request: FastifyRequest) {
    return body.grant_type === 'refresh_token'
      ? this.devices.refresh(request, body.refresh_token)
      : this.pairing.poll(request, body.device_code);
  }

  @Get('devices')
  @Requires('signed-in')
  @Answers(200, z.array(deviceResponse), 'Own devices')
  list(@CallingPerson() person: PersonPrincipal) {
    return this.devices.list(person.personId);
  }

  @Post('devices/:id/revoke')
  @Requires('signed-in')
  @Answers(204, null, 'End one of the own devices')
  revoke(@Param('id', { schema: deviceId }) id: string, @CallingPerson() person: PersonPrincipal) {
    return this.devices.revoke(person.personId, id);
  }
}
