import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { adoptionRequest, personId } from '@guise/protocol';
import type { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { Adoptions } from './adoptions.service.js';

@Controller('v1/persons')
export class AdoptionsController {
  constructor(private readonly adoptions: Adoptions) {}

  @Post(':id/adoption')
  @Requires('admin', { stepUp: 'fresh' })
  @HttpCode(204)
  @Answers(204, null, 'Say by which userName the directory will provision a person who is here already')
  expect(
    @Param('id', { schema: personId }) id: string,
    @Body({ schema: adoptionRequest }) body: z.infer<typeof adoptionRequest>,
    @CallingPerson() admin: PersonPrincipal,
  ) {
    return this.adoptions.expect(id, body.userName, admin.personId);
  }
}
