import { Controller, Get, Header, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { currentSignIn, signInId, signInRow } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { dropSignInCookie } from './sign-in-cookie.js';
import { SignIns } from './sign-ins.js';

@Controller('v1')
export class SignInsController {
  constructor(private readonly signIns: SignIns) {}

  @Get('sign-ins')
  @Requires('signed-in')
  @Answers(200, z.array(signInRow), 'Own sign-ins that hold, newest first')
  list(@CallingPerson() person: PersonPrincipal) {
    return this.signIns.list(person);
  }

  @Get('sign-ins/current')
  @Requires('signed-in')
  @Header('cache-control', 'no-store')
  @Answers(200, currentSignIn, 'This sign-in, with the CSRF token that its pages repeat')
  current(@CallingPerson() person: PersonPrincipal) {
    return this.signIns.current(person);
  }

  @Post('sign-ins/:id/revoke')
  @Requires('signed-in')
  @Answers(204, null, 'End one of the own sign-ins')
  revoke(@Param('id', { schema: signInId }) id: string, @CallingPerson() person: PersonPrincipal) {
    return this.signIns.revoke(person, id);
  }

  @Post('sign-out')
  @Requires('signed-in')
  @Answers(204, null, 'End this sign-in')
  async signOut(@CallingPerson() person: PersonPrincipal, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.signIns.end(person);
    if (person.signIn.carrier === 'cookie') dropSignInCookie(reply);
  }
}
