import { Controller, Get, Query } from '@nestjs/common';
import { personNoticeList } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { PersonNotices } from './person-notices.service.js';

const page = z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(50) });

@Controller('v1/me')
export class PersonNoticesController {
  constructor(private readonly notices: PersonNotices) {}

  @Get('notices')
  @Requires('signed-in')
  @Answers(200, personNoticeList, 'What happened to the own account, newest first')
  list(@CallingPerson() person: PersonPrincipal, @Query({ schema: page }) query: z.infer<typeof page>) {
    return this.notices.list(person.personId, query.limit);
  }
}
