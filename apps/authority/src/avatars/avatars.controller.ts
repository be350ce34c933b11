import { Body, Controller, Get, Header, Param, Post, Query, Req, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  approvalOfferRequest,
  avatarId,
  avatarResponse,
  consentId,
  consentResponse,
  consentOfferRequest,
  noticeResponse,
  signedStatement,
  statementOffer,
  type ConsentOfferRequest,
  type SignedStatement,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { Caller, CallingPerson, type PersonPrincipal, type Principal } from '../http/principal.js';
import { TakesUpload } from '../http/takes-upload.js';
import { ApprovalsService } from './approvals.service.js';
import { AvatarErasure } from './avatar-erasure.js';
import { AvatarDraftsService, BUNDLE_FORM } from './avatar-drafts.service.js';
import { AvatarsService, describe } from './avatars.service.js';
import { ConsentNotice } from './consent-notice.js';
import { ConsentsService } from './consents.service.js';

const page = z.strictObject({
  after: avatarId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const avatarList = z.object({ avatars: z.array(avatarResponse), next: avatarId.nullable() });

@Controller('v1')
export class AvatarsController {
  constructor(
    private readonly drafts: AvatarDraftsService,
    private readonly avatars: AvatarsService,
    private readonly consents: ConsentsService,
    private readonly approvals: ApprovalsService,
    private readonly erasure: AvatarErasure,
    private readonly notice: ConsentNotice,
  ) {}

  @Post('avatars')
  @Requires('signed-in', { strictRate: true })
  @TakesUpload(BUNDLE_FORM)
  @Answers(201, avatarResponse, 'Draft an avatar version from a bundle (parts `meta`, `bundle`)')
  async draft(@CallingPerson() person: PersonPrincipal, @Req() request: FastifyRequest) {
    return describe(await this.drafts.draft(person, request));
  }

  @Get('avatars')
  @Requires(['signed-in', 'device'])
  @Answers(200, avatarList, 'Avatars that concern the caller; all for admins and auditors')
  list(@Caller() caller: Principal, @Query({ schema: page }) query: z.infer<typeof page>) {
    return this.avatars.list(caller, query.after ?? null, query.limit);
  }

  @Get('avatars/:id')
  @Requires(['signed-in', 'device'])
  @Answers(200, avatarResponse, 'One avatar version')
  async read(@Caller() caller: Principal, @Param('id', { schema: avatarId }) id: string) {
    return describe(await this.avatars.read(caller, id));
  }

  @Get('avatars/:id/bundle')
  @Requires(['signed-in', 'device'])
  @Header('content-disposition', 'attachment; filename="avatar.guise"')
  @Answers(200, null, 'The bundle file; its SHA-256 is the version')
  async bundle(@Caller() caller: Principal, @Param('id', { schema: avatarId }) id: string) {
    return new StreamableFile(await this.avatars.readBundle(caller, id), {
      type: 'application/octet-stream',
    });
  }

  @Post('avatars/:id/submit')
  @Requires('signed-in')
  @Answers(200, avatarResponse, 'Ask the subject of an own draft for consent')
  async submit(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: avatarId }) id: string) {
    return describe(await this.drafts.submit(person, id));
  }

  @Post('avatars/:id/erase')
  @Requires('signed-in')
  @Answers(200, avatarResponse, 'Destroy the bundle of a draft, or of an avatar that has ended')
  async erase(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: avatarId }) id: string) {
    return describe(await this.erasure.erase(person, id));
  }

  @Get('notices/consent')
  @Requires('public')
  @Answers(200, noticeResponse, 'What a subject reads before consenting')
  consentNotice() {
    return this.notice.read();
  }

  @Post('avatars/:id/consent-offer')
  @Requires('signed-in')
  @Answers(
    200,
    statementOffer,
    'The consent statement for this scope, to be signed by the subject; amends a consent in force',
  )
  offerConsent(
    @CallingPerson() person: PersonPrincipal,
    @Param('id', { schema: avatarId }) id: string,
    @Body({ schema: consentOfferRequest }) scope: ConsentOfferRequest,
  ) {
    return this.consents.offer(person, id, scope);
  }

  @Post('avatars/:id/consents')
  @Requires('signed-in', { stepUp: 'signature' })
  @Answers(201, consentResponse, 'Give consent by the signed statement')
  consent(
    @CallingPerson() person: PersonPrincipal,
    @Param('id', { schema: avatarId }) id: string,
    @Body({ schema: signedStatement }) body: SignedStatement,
  ) {
    return this.consents.give(person, id, body);
  }

  @Post('consents/:id/withdraw')
  @Requires('signed-in')
  @Answers(200, consentResponse, 'Withdraw a consent: no reason needed, effective at once')
  withdraw(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: consentId }) id: string) {
    return this.consents.withdraw(person, id);
  }

  @Post('avatars/:id/withdraw')
  @Requires('signed-in')
  @Answers(200, avatarResponse, 'The subject refuses or withdraws an avatar of theirs')
  async refuse(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: avatarId }) id: string) {
    return describe(await this.consents.refuse(person, id));
  }

  @Post('avatars/:id/approval-offer')
  @Requires('admin')
  @Answers(200, statementOffer, 'The statement to approve, reject or resume, to be signed by this admin')
  offerApproval(
    @CallingPerson() admin: PersonPrincipal,
    @Param('id', { schema: avatarId }) id: string,
    @Body({ schema: approvalOfferRequest }) body: z.infer<typeof approvalOfferRequest>,
  ) {
    return this.approvals.offer(admin, id, body.decision);
  }

  @Post('avatars/:id/approvals')
  @Requires('admin', { stepUp: 'signature' })
  @Answers(201, avatarResponse, 'Approve, reject or resume by the signed statement')
  async approve(
    @CallingPerson() admin: PersonPrincipal,
    @Param('id', { schema: avatarId }) id: string,
    @Body({ schema: signedStatement }) body: SignedStatement,
  ) {
    return describe(await this.approvals.give(admin, id, body));
  }

  @Post('avatars/:id/suspend')
  @Requires('admin')
  @Answers(200, avatarResponse, 'Suspend an avatar at once; two admins lift it')
  async suspend(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: avatarId }) id: string) {
    return describe(await this.approvals.suspend(admin, id));
  }
}
