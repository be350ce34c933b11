import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  policyDocument,
  policyId,
  policyInForce,
  policyList,
  policyResponse,
  signedStatement,
  statementOffer,
  type PolicyDocument,
  type SignedStatement,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { PoliciesService } from './policies.service.js';

const page = z.strictObject({
  after: policyId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

@Controller('v1')
export class PoliciesController {
  constructor(private readonly policies: PoliciesService) {}

  @Get('policy')
  @Requires(['signed-in', 'device'])
  @Answers(200, policyInForce, 'The organisation’s policy as it holds now')
  inForce() {
    return this.policies.inForce();
  }

  @Get('policies')
  @Requires(['admin', 'auditor'])
  @Answers(200, policyList, 'All policies and proposals, page by page')
  list(@Query({ schema: page }) query: z.infer<typeof page>) {
    return this.policies.list(query.after ?? null, query.limit);
  }

  @Post('policies')
  @Requires('admin')
  @Answers(201, policyResponse, 'Propose a policy; another admin decides')
  propose(@CallingPerson() admin: PersonPrincipal, @Body({ schema: policyDocument }) body: PolicyDocument) {
    return this.policies.propose(admin, body);
  }

  @Post('policies/:id/approval-offer')
  @Requires('admin')
  @Answers(200, statementOffer, 'The whole policy as a statement, for another admin to sign')
  offer(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: policyId }) id: string) {
    return this.policies.offer(admin, id);
  }

  @Post('policies/:id/approval')
  @Requires('admin', { stepUp: 'signature' })
  @Answers(200, policyResponse, 'Put a policy in force by the signed statement')
  approve(
    @CallingPerson() admin: PersonPrincipal,
    @Param('id', { schema: policyId }) id: string,
    @Body({ schema: signedStatement }) body: SignedStatement,
  ) {
    return this.policies.approve(admin, id, body);
  }

  @Post('policies/:id/reject')
  @Requires('admin', { stepUp: 'fresh' })
  @Answers(200, policyResponse, 'Reject another admin’s proposal')
  reject(@CallingPerson() admin: PersonPrincipal, @Param('id', { schema: policyId }) id: string) {
    return this.policies.reject(admin, id);
  }
}
