import { Controller, Get, Param, Post } from '@nestjs/common';
import { adminGrantId, adminGrantList, adminGrantResponse } from '@guise/protocol';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { AdminGrants } from './admin-grants.service.js';

@Controller('v1/admin-grants')
export class AdminGrantsController {
  constructor(private readonly grants: AdminGrants) {}

  @Get()
  @Requires(['admin', 'auditor'])
  @Answers(200, adminGrantList, 'Who was made admin by whom, and what waits for a second admin')
  list() {
    return this.grants.list();
  }

  @Post(':id/approval')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(200, adminGrantResponse, 'Approve another admin’s request: the person is admin now')
  approve(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: adminGrantId }) id: string) {
    return this.grants.approve(admin, id);
  }

  @Post(':id/cancel')
  @Requires('admin')
  @Answers(200, adminGrantResponse, 'Stop a request; any admin may')
  cancel(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: adminGrantId }) id: string) {
    return this.grants.cancel(admin, id);
  }
}
