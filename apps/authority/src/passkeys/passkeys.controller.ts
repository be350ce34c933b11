import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  anySignInResponse,
  authenticationOptionsResponse,
  authenticationRequest,
  registrationOptionsRequest,
  registrationOptionsResponse,
  registrationRequest,
  stepUpRequest,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { Clock } from '../ports/clock.js';
import { answerSignIn } from '../sign-ins/sign-in-cookie.js';
import { SignIns, type SignIn } from '../sign-ins/sign-ins.js';
import { PasskeysService } from './passkeys.service.js';
import { StepUpService } from './step-up.service.js';

/** Ceremonies that sign somebody in, or verify them again. */
@Controller('v1')
export class PasskeysController {
  constructor(
    private readonly passkeys: PasskeysService,
    private readonly stepUp: StepUpService,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
  ) {}

  @Post('passkeys/registration/options')
  @Requires('public', { strictRate: true })
  @Answers(200, registrationOptionsResponse, 'Start registering a passkey by invitation')
  registrationOptions(
    @Body({ schema: registrationOptionsRequest }) body: z.infer<typeof registrationOptionsRequest>,
    @Req() request: FastifyRequest,
  ) {
    return this.passkeys.offerRegistration(body.invitation, request.ip);
  }

  @Post('passkeys/registration')
  @Requires('public', { strictRate: true })
  @Answers(201, anySignInResponse, 'Finish registering a passkey; signs in')
  async register(
    @Body({ schema: registrationRequest }) body: z.infer<typeof registrationRequest>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const wish = this.signIns.readWish(request, body.carrier);
    return this.answer(reply, await this.passkeys.register(body, wish));
  }

  @Post('passkeys/authentication/options')
  @Requires('public', { strictRate: true })
  @Answers(200, authenticationOptionsResponse, 'Start signing in with a passkey')
  authenticationOptions() {
    return this.passkeys.offerAuthentication();
  }

  @Post('passkeys/authentication')
  @Requires('public', { strictRate: true })
  @Answers(200, anySignInResponse, 'Finish signing in')
  async authenticate(
    @Body({ schema: authenticationRequest }) body: z.infer<typeof authenticationRequest>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const wish = this.signIns.readWish(request, body.carrier);
    return this.answer(reply, await this.passkeys.authenticate(body, wish, request.ip));
  }

  @Post('step-up/options')
  @Requires('signed-in', { strictRate: true })
  @Answers(200, authenticationOptionsResponse, 'Start a fresh user verification')
  stepUpOptions(@CallingPerson() person: PersonPrincipal) {
    return this.stepUp.offer(person);
  }

  @Post('step-up')
  @Requires('signed-in', { strictRate: true })
  @Answers(200, anySignInResponse, 'Finish it: five minutes for what needs one, under a new token')
  async finishStepUp(
    @Body({ schema: stepUpRequest }) body: z.infer<typeof stepUpRequest>,
    @CallingPerson() person: PersonPrincipal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(reply, await this.stepUp.verify(person, body, request.ip));
  }

  private answer(reply: FastifyReply, signIn: SignIn): object {
    return answerSignIn(reply, signIn, this.clock.nowSeconds());
  }
}
