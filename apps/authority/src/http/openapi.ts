import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MAX_KEY_LENGTH } from '../idempotency/idempotency-key.js';
import { isIdempotent } from '../idempotency/idempotent-routes.js';
import type { Permission, StepUp } from './permission.js';
import type { ServedRoute } from './server.js';

const STEP_UP_WORDS: Readonly<Record<StepUp, string>> = {
  fresh: 'a user verification of the last five minutes',
  signature: 'the signature itself',
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A key of your own for this request, 1 to 64 printable characters in double quotes. Sent again within 24 hours with the same key, it gets the first answer and does nothing twice.',
  schema: { type: 'string', maxLength: MAX_KEY_LENGTH + 2 },
} as const;

/** The OpenAPI 3.1 document of the running application, with each route's permission in words. */
export function buildOpenApi(app: NestFastifyApplication, routes: readonly ServedRoute[]): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Guise authority')
    .setDescription(
      'Source faces, avatars, consents, approvals, permits, ledger and verification. Errors are RFC 9457 problem details with a stable `code`.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'Opaque token of a passkey sign-in' },
      'signIn',
    )
    .addSecurity('signInCookie', { type: 'apiKey', in: 'cookie', name: '__Host-guise' })
    .addSecurity('csrf', {
      type: 'apiKey',
      in: 'header',
      name: 'X-CSRF-Token',
      description: 'With the cookie, for everything but GET and HEAD; GET /v1/sign-ins/current gives it',
    })
    .addSecurity('device', {
      type: 'http',
      scheme: 'DPoP',
      description: 'Access token of a paired device with a DPoP proof (RFC 9449)',
    })
    .addSecurity('provisioning', {
      type: 'http',
      scheme: 'bearer',
      description: 'Token of a provisioning client (SCIM 2.0)',
    })
    .build();
  const document = SwaggerModule.createDocument(app, builder, { autoTagControllers: true });
  for (const route of routes) describePermission(document, route);
  return document;
}

function describePermission(document: OpenAPIObject, route: ServedRoute): void {
  const path = document.paths[route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}').replace('*', '{path}')];
  const operation = path?.[methodKey(route.method)];
  if (operation === undefined || route.permission === undefined) return;
  operation.security = route.permission.flatMap(securityOf);
  const stepUp = route.stepUp === undefined ? '' : `; step-up: ${STEP_UP_WORDS[route.stepUp]}`;
  if (isIdempotent(route.method, route.path))
    operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
  operation.description = `Permission: ${route.permission.join(' or ')}${stepUp}.`;
}

function securityOf(permission: Permission): Record<string, string[]>[] {
  if (permission === 'public') return [];
  if (permission === 'provisioning') return [{ provisioning: [] }];
  return permission === 'device' ? [{ device: [] }] : [{ signIn: [] }, { signInCookie: [], csrf: [] }];
}

function methodKey(method: string): 'get' | 'put' | 'post' | 'delete' | 'patch' | 'head' | 'options' {
  switch (method) {
    case 'GET':
      return 'get';
    case 'PUT':
      return 'put';
    case 'POST':
      return 'post';
    case 'DELETE':
      return 'delete';
    case 'PATCH':
      return 'patch';
    case 'HEAD':
      return 'head';
    default:
      return 'options';
  }
}
