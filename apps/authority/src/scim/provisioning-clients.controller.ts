import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import {
  provisioningClientId,
  provisioningClientList,
  provisioningClientRequest,
  provisioningTokenResponse,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ProvisioningClients } from './provisioning-clients.service.js';

@Controller('v1/provisioning-clients')
export class ProvisioningClientsController {
  constructor(private readonly clients: ProvisioningClients) {}

  @Get()
  @Requires('admin')
  @Answers(200, provisioningClientList, 'The programs that may provision persons, newest first')
  list() {
    return this.clients.list();
  }

  @Post()
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(
    201,
    provisioningTokenResponse,
    'Let a program provision persons over SCIM; its token is shown once',
  )
  create(
    @Body({ schema: provisioningClientRequest }) body: z.infer<typeof provisioningClientRequest>,
    @CallingPerson() admin: PersonPrincipal,
  ) {
    return this.clients.create(body, admin.personId);
  }

  @Post(':id/rotate')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(200, provisioningTokenResponse, 'Give it another token; the old one ends at once')
  rotate(@Param('id', { schema: provisioningClientId }) id: string, @CallingPerson() admin: PersonPrincipal) {
    return this.clients.rotate(id, admin.personId);
  }

  @Post(':id/revoke')
  @Requires('admin')
  @Answers(204, null, 'End it at once, for good; whom it provisioned stays')
  revoke(@Param('id', { schema: provisioningClientId }) id: string, @CallingPerson() admin: PersonPrincipal) {
    return this.clients.revoke(id, admin.personId);
  }
}
