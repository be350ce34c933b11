import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  avatarId,
  consentRequestDraft,
  consentRequestId,
  consentRequestList,
  consentRequestResponse,
  declineRequest,
  requestableList,
  statementOffer,
  type ConsentRequestDraft,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ConsentRequestsService } from './consent-requests.service.js';

const limit = z.coerce.number().int().min(1).max(100).default(50);
const cataloguePage = z.strictObject({ after: avatarId.optional(), limit });
const requestPage = z.strictObject({
  as: z.enum(['requester', 'subject']).default('subject'),
  after: consentRequestId.optional(),
  limit,
});

@Controller('v1')
export class ConsentRequestsController {
  constructor(private readonly requests: ConsentRequestsService) {}

  @Get('requestable-avatars')
  @Requires('signed-in')
  @Answers(200, requestableList, 'The executive avatars that anybody may ask to wear')
  catalogue(@Query({ schema: cataloguePage }) query: z.infer<typeof cataloguePage>) {
    return this.requests.catalogue(query.after ?? null, query.limit);
  }

  @Post('consent-requests')
  @Requires('signed-in', { strictRate: true })
  @Answers(201, consentRequestResponse, 'Ask the subject of an avatar to be allowed to wear it')
  make(
    @CallingPerson() person: PersonPrincipal,
    @Body({ schema: consentRequestDraft }) body: ConsentRequestDraft,
  ) {
    return this.requests.make(person, body);
  }

  @Get('consent-requests')
  @Requires('signed-in')
  @Answers(200, consentRequestList, 'Requests made to the caller, or by the caller')
  list(
    @CallingPerson() person: PersonPrincipal,
    @Query({ schema: requestPage }) query: z.infer<typeof requestPage>,
  ) {
    return this.requests.list(person, query.as, query.after ?? null, query.limit);
  }

  @Post('consent-requests/:id/offer')
  @Requires('signed-in')
  @Answers(200, statementOffer, 'The consent that accepts it, for the subject to sign and post to the avatar')
  offer(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: consentRequestId }) id: string) {
    return this.requests.offer(person, id);
  }

  @Post('consent-requests/:id/decline')
  @Requires('signed-in')
  @Answers(200, consentRequestResponse, 'Say no, with or without words')
  decline(
    @CallingPerson() person: PersonPrincipal,
    @Param('id', { schema: consentRequestId }) id: string,
    @Body({ schema: declineRequest }) body: z.infer<typeof declineRequest>,
  ) {
    return this.requests.decline(person, id, body.words);
  }

  @Post('consent-requests/:id/cancel')
  @Requires('signed-in')
  @Answers(200, consentRequestResponse, 'Take back an own request')
  cancel(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: consentRequestId }) id: string) {
    return this.requests.cancel(person, id);
  }
}
