import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import { PERMISSION_KEY, type Permission } from './permission.js';
import { setPrincipal, type Principal } from './principal.js';
import { ProblemError } from './problem-error.js';

/** Deny by default: a route without a declared permission is refused, whoever calls. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
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
    const strategy = usesDeviceToken(request) ? 'device' : 'sign-in';
    const fits = permissions.some((permission) => (permission === 'device') === (strategy === 'device'));
    if (!fits) throw new ProblemError('unauthenticated');
    const principal = await this.authenticator.authenticate(
      strategy,
      request,
      http.getResponse<FastifyReply>(),
    );
    if (!permissions.some((permission) => satisfies(principal, permission)))
      throw new ProblemError('forbidden');
    setPrincipal(request, principal);
    return true;
  }
}

function usesDeviceToken(request: FastifyRequest): boolean {
  return /^DPoP /i.test(request.headers.authorization ?? '');
}

function satisfies(principal: Principal, permission: Permission): boolean {
  switch (permission) {
    case 'public':
      return true;
    case 'device':
      return principal.kind === 'device';
    case 'signed-in':
      return principal.kind === 'person';
    case 'employee':
    case 'admin':
    case 'auditor':
      return principal.kind === 'person' && principal.roles.includes(permission);
  }
}
