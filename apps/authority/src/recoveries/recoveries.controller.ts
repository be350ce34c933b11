import { Body, Controller, Get, Header, Param, Post } from '@nestjs/common';
import {
  recoveryId,
  recoveryList,
  recoveryPartResponse,
  recoveryRequest,
  recoveryResponse,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { RecoveriesService } from './recoveries.service.js';

@Controller('v1/recoveries')
export class RecoveriesController {
  constructor(private readonly recoveries: RecoveriesService) {}

  @Get()
  @Requires('signed-in')
  @Answers(200, recoveryList, 'Recoveries, newest first: all for admins, else the own ones')
  list(@CallingPerson() person: PersonPrincipal) {
    return this.recoveries.list(person);
  }

  @Post()
  @Requires('admin', { strictRate: true, stepUp: 'fresh' })
  @Answers(
    201,
    recoveryResponse,
    'Ask to recover a person who lost every passkey; they and all admins are told',
  )
  request(
    @CallingPerson() admin: PersonPrincipal,
    @Body({ schema: recoveryRequest }) body: z.infer<typeof recoveryRequest>,
  ) {
    return this.recoveries.request(admin, body.person, body.reason);
  }

  @Post(':id/approval')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(200, recoveryResponse, 'Approve another admin’s request: 24 hours later it can be used')
  approve(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: recoveryId }) id: string) {
    return this.recoveries.approve(admin, id);
  }

  @Post(':id/part')
  @Requires('admin', { stepUp: 'fresh' })
  @Header('cache-control', 'no-store')
  @Answers(200, recoveryPartResponse, 'The half of the recovery code that this admin hands over; shown once')
  takePart(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: recoveryId }) id: string) {
    return this.recoveries.takePart(admin, id);
  }

  @Post(':id/cancel')
  @Requires('signed-in')
  @Answers(200, recoveryResponse, 'Stop a recovery: the person concerned, or any admin')
  cancel(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: recoveryId }) id: string) {
    return this.recoveries.cancel(person, id);
  }
}
