import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { base64url, oidcFlowResponse, oidcProviderResponse, personId, unixSeconds } from '@guise/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AuthorityConfig } from '../config.js';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, LOGGER } from '../ports/tokens.js';
import { requireOwnPage } from '../sign-ins/own-page.js';
import { signInCookieOf } from '../sign-ins/sign-in-cookie.js';
import { DROPPED_FLOW_COOKIE, setFlowCookie } from './flow.js';
import { OidcService, type BegunFlow } from './oidc.service.js';
import { renderRefusal } from './refusal-page.js';
import { OidcRefusal, REFUSAL_TEXTS, type RefusalCode } from './refusals.js';

/** Used like any invitation, once; shown once. */
const firstPasskeyInvitation = z.object({ token: base64url(64), personId, expiresAt: unixSeconds });

@Controller()
export class OidcController {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly oidc: OidcService,
    private readonly clock: Clock,
  ) {}

  @Get('v1/oidc')
  @Requires('public')
  @Answers(200, oidcProviderResponse, 'The OpenID provider people may sign in with')
  read() {
    return { name: this.config.oidc?.name ?? null };
  }

  @Post('v1/oidc/sign-in')
  @Requires('public', { strictRate: true })
  @Answers(200, oidcFlowResponse, 'Start signing in at the OpenID provider')
  async signIn(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    requireOwnPage(request, this.config.publicUrl);
    return this.send(reply, () => this.oidc.beginSignIn(request));
  }

  @Post('v1/oidc/link')
  @Requires('signed-in', { strictRate: true, stepUp: 'fresh' })
  @Answers(200, oidcFlowResponse, 'Start linking the own account to a sign-in at the OpenID provider')
  async link(
    @CallingPerson() person: PersonPrincipal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    requireOwnPage(request, this.config.publicUrl);
    return this.send(reply, () => this.oidc.beginLink(person));
  }

  @Post('v1/oidc/first-passkey')
  @Requires('signed-in', { strictRate: true })
  @Answers(
    201,
    firstPasskeyInvitation,
    'An invitation for the first passkey of whom the provider signed in just now',
  )
  firstPasskey(@CallingPerson() person: PersonPrincipal) {
    return this.oidc.inviteFirstPasskey(person);
  }

  /** Where the provider sends the browser back to: a navigation, so it answers with a redirect or a page. */
  @Get('oidc/callback')
  @Requires('public', { strictRate: true })
  @ApiExcludeEndpoint()
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store');
    try {
      const signIn = await this.oidc.finish(request);
      const cookies =
        signIn === null
          ? [DROPPED_FLOW_COOKIE]
          : [DROPPED_FLOW_COOKIE, signInCookieOf(signIn, this.clock.nowSeconds())];
      await reply.header('set-cookie', cookies).redirect('/account', 303);
    } catch (error) {
      const code = this.codeOf(error, request);
      await reply
        .header('set-cookie', DROPPED_FLOW_COOKIE)
        .status(REFUSAL_TEXTS[code].status)
        .type('text/html; charset=utf-8')
        .send(renderRefusal(code, request.id));
    }
  }

  private async send(reply: FastifyReply, begin: () => Promise<BegunFlow>) {
    try {
      const { ceremony, url } = await begin();
      setFlowCookie(reply, ceremony);
      return { url };
    } catch (error) {
      if (!(error instanceof OidcRefusal)) throw error;
      throw new ProblemError('not-ready', { detail: REFUSAL_TEXTS[error.code].advice });
    }
  }

  private codeOf(error: unknown, request: FastifyRequest): RefusalCode {
    if (error instanceof OidcRefusal) return error.code;
    if (error instanceof ProblemError && error.code === 'rate-limited') return 'rate-limited';
    this.logger.error({ traceId: request.id, err: error }, 'unexpected error');
    return 'internal';
  }
}
