import { Body, Controller, Param, Post } from '@nestjs/common';
import { leaveRequest, sourceFaceId, type LeaveRequest } from '@guise/protocol';
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

  @Post('me/leave')
  @Requires('signed-in', { stepUp: 'fresh' })
  @Answers(
    204,
    null,
    'Leave for good: everything ends at once, and what proves it is erased after the policy’s time',
  )
  leave(@Body({ schema: leaveRequest }) _body: LeaveRequest, @CallingPerson() person: PersonPrincipal) {
    return this.erasure.leave(person);
  }
}
