import { SetMetadata, applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Role } from '@guise/protocol';

/**
 * Who may call a route. `signed-in`: any person with a sign-in; a role: a person who holds it; `device`: a paired device
 * with its access token and a DPoP proof. Whose objects a caller may touch is decided in the query, by owner.
 */
export type Permission = 'public' | 'signed-in' | 'device' | Role;

export const PERMISSION_KEY = 'guise:permission';

export interface RouteLimits {
  /** Sign-in ceremonies and uploads get a tenth of the usual rate. */
  readonly strictRate?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Declared permissions; a route without is refused (and a test fails). */
    guisePermission?: readonly Permission[];
    guiseStrictRate?: boolean;
  }
}

/** Declares who may call this route: any one of the permissions suffices. Every route needs this. */
export function Requires(permission: Permission | readonly Permission[], limits: RouteLimits = {}) {
  const permissions = typeof permission === 'string' ? [permission] : permission;
  return applyDecorators(
    SetMetadata(PERMISSION_KEY, permissions),
    RouteConfig({ guisePermission: permissions, guiseStrictRate: limits.strictRate === true }),
  );
}
