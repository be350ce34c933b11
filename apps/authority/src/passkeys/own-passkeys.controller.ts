import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  addPasskeyRequest,
  passkeyId,
  passkeyList,
  passkeyRow,
  registrationOptionsResponse,
  renamePasskeyRequest,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { dropSignInCookie } from '../sign-ins/sign-in-cookie.js';
import { OwnPasskeysService } from './own-passkeys.service.js';

@Controller('v1/passkeys')
export class OwnPasskeysController {
  constructor(private readonly passkeys: OwnPasskeysService) {}

  @Get()
  @Requires('signed-in')
  @Answers(200, passkeyList, 'Own passkeys, oldest first')
  list(@CallingPerson() person: PersonPrincipal) {
    return this.passkeys.list(person);
  }

  @Post('options')
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(200, registrationOptionsResponse, 'Start adding a further passkey')
  offer(@CallingPerson() person: PersonPrincipal) {
    return this.passkeys.offer(person);
  }

  @Post()
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(201, passkeyRow, 'Finish adding it, under a name')
  add(
    @Body({ schema: addPasskeyRequest }) body: z.infer<typeof addPasskeyRequest>,
    @CallingPerson() person: PersonPrincipal,
  ) {
    return this.passkeys.add(person, body);
  }

  @Post(':id/rename')
  @Requires('signed-in')
  @Answers(200, passkeyRow, 'Give an own passkey another name')
  rename(
    @Param('id', { schema: passkeyId }) id: string,
    @Body({ schema: renamePasskeyRequest }) body: z.infer<typeof renamePasskeyRequest>,
    @CallingPerson() person: PersonPrincipal,
  ) {
    return this.passkeys.rename(person, id, body.name);
  }

  @Post(':id/remove')
  @Requires('signed-in', { stepUp: 'fresh' })
  @Answers(204, null, 'Remove an own passkey, never the last; ends every own sign-in')
  async remove(
    @Param('id', { schema: passkeyId }) id: string,
    @CallingPerson() person: PersonPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.passkeys.remove(person, id);
    if (person.signIn.carrier === 'cookie') dropSignInCookie(reply);
  }
}
