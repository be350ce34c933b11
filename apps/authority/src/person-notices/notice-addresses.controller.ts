import { Body, Controller, Get, Post } from '@nestjs/common';
import { noticeAddressConfirmation, noticeAddressRequest, noticeAddressResponse } from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { NoticeAddresses } from './notice-addresses.service.js';

@Controller('v1/me/notice-address')
export class NoticeAddressesController {
  constructor(private readonly addresses: NoticeAddresses) {}

  @Get()
  @Requires('signed-in')
  @Answers(200, noticeAddressResponse, 'Where notices about the own account go by mail')
  read(@CallingPerson() person: PersonPrincipal) {
    return this.addresses.read(person.personId);
  }

  @Post()
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(200, noticeAddressResponse, 'Name another address: a code is mailed there')
  claim(
    @CallingPerson() person: PersonPrincipal,
    @Body({ schema: noticeAddressRequest }) body: z.infer<typeof noticeAddressRequest>,
  ) {
    return this.addresses.claim(person.personId, body.email);
  }

  @Post('confirmation')
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(200, noticeAddressResponse, 'Confirm it by that code; the old and the new one are told')
  confirm(
    @CallingPerson() person: PersonPrincipal,
    @Body({ schema: noticeAddressConfirmation }) body: z.infer<typeof noticeAddressConfirmation>,
  ) {
    return this.addresses.confirm(person.personId, body.code);
  }

  @Post('remove')
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(200, noticeAddressResponse, 'Remove that address; it is told')
  remove(@CallingPerson() person: PersonPrincipal) {
    return this.addresses.remove(person.personId);
  }
}
