import { Body, Controller, Post } from '@nestjs/common';
import {
  authenticationOptionsResponse,
  authenticationRequest,
  registrationOptionsRequest,
  registrationOptionsResponse,
  registrationRequest,
  signInResponse,
} from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { PasskeysService } from './passkeys.service.js';
import { SignIns } from './sign-ins.js';

@Controller('v1')
export class PasskeysController {
  constructor(
    private readonly passkeys: PasskeysService,
    private readonly signIns: SignIns,
  ) {}

  @Post('passkeys/registration/options')
  @Requires('public', { strictRate: true })
  @Answers(200, registrationOptionsResponse, 'Start registering a passkey by invitation')
  registrationOptions(
    @Body({ schema: registrationOptionsRequest }) body: z.infer<typeof registrationOptionsRequest>,
  ) {
    return this.passkeys.offerRegistration(body.invitation);
  }

  @Post('passkeys/registration')
  @Requires('public', { strictRate: true })
  @Answers(201, signInResponse, 'Finish registering a passkey; signs in')
  register(@Body({ schema: registrationRequest }) body: z.infer<typeof registrationRequest>) {
    return this.passkeys.register(body.ceremony, body.response);
  }

  @Post('passkeys/authentication/options')
  @Requires('public', { strictRate: true })
  @Answers(200, authenticationOptionsResponse, 'Start signing in with a passkey')
  authenticationOptions() {
    return this.passkeys.offerAuthentication();
  }

  @Post('passkeys/authentication')
  @Requires('public', { strictRate: true })
  @Answers(200, signInResponse, 'Finish signing in')
  authenticate(@Body({ schema: authenticationRequest }) body: z.infer<typeof authenticationRequest>) {
    return this.passkeys.authenticate(body.ceremony, body.response);
  }

  @Post('sign-out')
  @Requires('signed-in')
  @Answers(204, null, 'End this sign-in')
  signOut(@CallingPerson() person: PersonPrincipal) {
    return this.signIns.end(person);
  }
}
