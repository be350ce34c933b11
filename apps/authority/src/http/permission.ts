import { SetMetadata, applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Role } from '@guise/protocol';

/**
 * Who may call a route. `signed-in`: any person with a sign-in; a role: a person who holds it; `device`: a paired device
 * with its access token and a DPoP proof; `provisioning`: a program that provisions persons over SCIM. Whose objects a caller may touch is decided in the query, by owner.
 */
export type Permission = 'public' | 'signed-in' | 'device' | 'provisioning' | Role;

export const PERMISSION_KEY = 'guise:permission';

/**
 * What a route asks beside its permission. `fresh`: the sign-in's user was verified by passkey within the last five minutes.
 * `signature`: the body is a passkey's signature over the exact statement, offered within the last five minutes: that is
 * the fresh verification, and nobody is asked twice.
 */
export type StepUp = 'fresh' | 'signature';

export const STEP_UP_KEY = 'guise:step-up';

export interface RouteLimits {
  /** Sign-in ceremonies and uploads get a tenth of the usual rate. */
  readonly strictRate?: boolean;
  /** Programs that synchronise many objects get more, counted apart. */
  readonly bulkRate?: boolean;
  /** Instead of the usual bound of a JSON body. */
  readonly maxBodyBytes?: number;
  readonly stepUp?: StepUp;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Declared permissions; a route without is refused (and a test fails). */
    guisePermission?: readonly Permission[];
    guiseStrictRate?: boolean;
    guiseBulkRate?: boolean;
    guiseMaxBodyBytes?: number | undefined;
    guiseStepUp?: StepUp | undefined;
  }
}

/** Declares who may call this route: any one of the permissions suffices. Every route needs this. */
export function Requires(permission: Permission | readonly Permission[], limits: RouteLimits = {}) {
  const permissions = typeof permission === 'string' ? [permission] : permission;
  return applyDecorators(
    SetMetadata(PERMISSION_KEY, permissions),
    SetMetadata(STEP_UP_KEY, limits.stepUp),
    RouteConfig({
      guisePermission: permissions,
      guiseStrictRate: limits.strictRate === true,
      guiseBulkRate: limits.bulkRate === true,
      guiseMaxBodyBytes: limits.maxBodyBytes,
      guiseStepUp: limits.stepUp,
    }),
  );
}
