import { Controller, Param, Post } from '@nestjs/common';
import { sourceFaceId } from '@guise/protocol';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ErasureService } from './erasure.service.js';

@Controller('v1')
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @Post('source-faces/:id/erase')
  @Requires('signed-in')
  @Answers(204, null, 'Erase the own source face and withdraw every avatar that shows it')
  erase(@Param('id', { schema: sourceFaceId }) id: string, @CallingPerson() person: PersonPrincipal) {
    return this.erasure.eraseSourceFace(person, id);
  }
}
