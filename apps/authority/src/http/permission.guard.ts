import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFreshlyVerified, STEP_UP_SECONDS } from '@guise/identity';
import { Clock } from '../ports/clock.js';
import { Authenticator, type StrategyName } from './authenticator.js';
import { PERMISSION_KEY, STEP_UP_KEY, type Permission, type StepUp } from './permission.js';
import { setPrincipal, type AnyPrincipal } from './principal.js';
import { ProblemError } from './problem-error.js';

/** Deny by default: a route without a declared permission is refused, whoever calls. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const permissions = this.reflector.get<readonly Permission[] | undefined>(
      PERMISSION_KEY,
      context.getHandler(),
    );
    if (permissions === undefined || permissions.length === 0) throw new ProblemError('forbidden');
    if (permissions.includes('public')) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const strategy = strategyOf(request);
    const fits = permissions.some((permission) => strategyFor(permission) === strategy);
    if (!fits) throw new ProblemError('unauthenticated');
    const principal = await this.authenticator.authenticate(
      strategy,
      request,
      http.getResponse<FastifyReply>(),
    );
    if (!permissions.some((permission) => satisfies(principal, permission)))
      throw new ProblemError('forbidden');
    const stepUp = this.reflector.get<StepUp | undefined>(STEP_UP_KEY, context.getHandler());
    if (stepUp === 'fresh') requireFreshVerification(principal, this.clock.nowMs());
    setPrincipal(request, principal);
    return true;
  }
}

/** RFC 9470: the challenge says how old a verification may be. A device has none of its own. */
function requireFreshVerification(principal: AnyPrincipal, nowMs: number): void {
  if (principal.kind === 'person' && isFreshlyVerified(principal.signIn, nowMs)) return;
  const challenge = `Bearer error="insufficient_user_authentication", max_age=${String(STEP_UP_SECONDS)}`;
  throw new ProblemError('step-up-required', { headers: { 'www-authenticate': challenge } });
}

/** Which kind of credential a request carries; its form tells. */
function strategyOf(request: FastifyRequest): StrategyName {
  const authorization = request.headers.authorization ?? '';
  if (/^DPoP /i.test(authorization)) return 'device';
  return /^Bearer scim_/i.test(authorization) ? 'provisioning' : 'sign-in';
}

function strategyFor(permission: Permission): StrategyName {
  return permission === 'device' || permission === 'provisioning' ? permission : 'sign-in';
}

function satisfies(principal: AnyPrincipal, permission: Permission): boolean {
  switch (permission) {
    case 'public':
      return true;
    case 'device':
    case 'provisioning':
      return principal.kind === permission;
    case 'signed-in':
      return principal.kind === 'person';
    case 'employee':
    case 'admin':
    case 'auditor':
      return principal.kind === 'person' && principal.roles.includes(permission);
  }
}
