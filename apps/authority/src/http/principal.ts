import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role, SignInCarrier } from '@guise/protocol';

/** A person with a sign-in. */
export interface PersonPrincipal {
  readonly kind: 'person';
  readonly personId: string;
  readonly roles: readonly Role[];
  readonly signIn: CallingSignIn;
}

/** The sign-in that a person calls with. */
export interface CallingSignIn {
  readonly id: string;
  readonly tokenHash: string;
  readonly carrier: SignInCarrier;
  readonly createdAtMs: number;
  readonly expiresAt: Date;
  /** The last time a passkey verified its user; 0: none has. */
  readonly verifiedAtMs: number;
  /** What its pages repeat; null for a bearer. */
  readonly csrfToken: string | null;
}

/** A paired device acting for its person, proven by its key. */
export interface DevicePrincipal {
  readonly kind: 'device';
  readonly deviceId: string;
  readonly personId: string;
  /** RFC 7638 thumbprint of the device key. */
  readonly jkt: string;
}

/** A program of the organisation that provisions persons. */
export interface ProvisioningPrincipal {
  readonly kind: 'provisioning';
  readonly clientId: string;
  /** Its `externalId` is the person's subject at the OpenID provider. */
  readonly linksSubjects: boolean;
}

/** Whoever acts for a person. */
export type Principal = PersonPrincipal | DevicePrincipal;
export type AnyPrincipal = Principal | ProvisioningPrincipal;

const principals = new WeakMap<FastifyRequest, AnyPrincipal>();

export function setPrincipal(request: FastifyRequest, principal: AnyPrincipal): void {
  principals.set(request, principal);
}

export function principalOf(request: FastifyRequest): AnyPrincipal | undefined {
  return principals.get(request);
}

function required<K extends AnyPrincipal['kind']>(
  context: ExecutionContext,
  kind: K,
): Extract<AnyPrincipal, { kind: K }> {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (principal === undefined || !isKind(principal, kind))
    throw new Error(`this route has no ${kind} caller`);
  return principal;
}

function isKind<K extends AnyPrincipal['kind']>(
  value: AnyPrincipal,
  kind: K,
): value is Extract<AnyPrincipal, { kind: K }> {
  return value.kind === kind;
}

/** The signed-in person calling. Only on routes that require a sign-in or a role. */
export const CallingPerson = createParamDecorator((_data: unknown, context) => required(context, 'person'));
/** The device calling. Only on routes that require `device`. */
export const CallingDevice = createParamDecorator((_data: unknown, context) => required(context, 'device'));
/** The provisioning client calling. Only on routes that require `provisioning`. */
export const CallingProvisioner = createParamDecorator((_data: unknown, context) =>
  required(context, 'provisioning'),
);
/** Whoever calls, person or device. Only on routes that are not public. */
export const Caller = createParamDecorator((_data: unknown, context): Principal => {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (principal === undefined || principal.kind === 'provisioning')
    throw new Error('this route has no caller');
  return principal;
});
