import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  adminGrantId,
  invitationRequest,
  invitationResponse,
  personId,
  personResponse,
  role,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { PeopleService } from './people.service.js';

const page = z.strictObject({
  after: personId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const personList = z.object({ persons: z.array(personResponse), next: personId.nullable() });
/** What another admin approves before the person is admin; null when there is nothing to approve. */
const rolesResponse = z.object({ adminGrant: adminGrantId.nullable() });
const rolesRequest = z.strictObject({ roles: z.array(role).min(1).max(3) });

@Controller('v1')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Get('me')
  @Requires('signed-in')
  @Answers(200, personResponse, 'The signed-in person')
  me(@CallingPerson() person: PersonPrincipal) {
    return this.people.read(person.personId);
  }

  @Get('persons')
  @Requires('admin')
  @Answers(200, personList, 'All persons, page by page')
  list(@Query({ schema: page }) query: z.infer<typeof page>) {
    return this.people.list(query.after ?? null, query.limit);
  }

  @Post('persons/:id/roles')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(200, rolesResponse, 'Give another person other roles; ends their sign-ins')
  async changeRoles(
    @Param('id', { schema: personId }) id: string,
    @Body({ schema: rolesRequest }) body: z.infer<typeof rolesRequest>,
    @CallingPerson() admin: PersonPrincipal,
  ) {
    return { adminGrant: await this.people.changeRoles(id, body.roles, admin.personId) };
  }

  @Post('persons/:id/invitation')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(201, invitationResponse, 'Invite a person anew who never came in; the token is shown once')
  inviteAgain(@Param('id', { schema: personId }) id: string, @CallingPerson() admin: PersonPrincipal) {
    return this.people.inviteAgain(id, admin.personId);
  }

  @Post('invitations')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(201, invitationResponse, 'Invite a person; the token is shown once')
  invite(
    @Body({ schema: invitationRequest }) body: z.infer<typeof invitationRequest>,
    @CallingPerson() admin: PersonPrincipal,
  ) {
    return this.people.invite(body.displayName, body.roles, admin.personId);
  }
}
