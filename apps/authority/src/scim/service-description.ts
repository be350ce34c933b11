import { SCIM_BASE } from '../http/scim-error.js';
import { MAX_PAGE, USER_SCHEMA } from './schemas.js';
import { listResponse } from './user-resource.js';

/** RFC 7643 §5: what this service can and cannot. */
export function serviceProviderConfig(publicUrl: string) {
  const no = { supported: false };
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MAX_PAGE },
    changePassword: no,
    sort: no,
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Token of a provisioning client',
        description: 'An admin creates it in this service; it is shown once.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: {
      resourceType: 'ServiceProviderConfig',
      location: `${publicUrl}${SCIM_BASE}/ServiceProviderConfig`,
    },
  };
}

/** RFC 7643 §6 */
export function resourceTypes(publicUrl: string) {
  return listResponse(1, 1, [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'A person of the organisation',
      schema: USER_SCHEMA,
      meta: { resourceType: 'ResourceType', location: `${publicUrl}${SCIM_BASE}/ResourceTypes/User` },
    },
  ]);
}

/** RFC 7643 §7: the attributes that are kept. */
export function schemas(publicUrl: string) {
  return listResponse(1, 1, [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: USER_SCHEMA,
      name: 'User',
      description: 'What is kept of a user; other attributes are taken and forgotten',
      attributes: [
        attribute('userName', { required: true, uniqueness: 'server' }),
        attribute('externalId', { caseExact: true }),
        attribute('displayName'),
        attribute('active', { type: 'boolean' }),
        attribute('roles', {
          type: 'complex',
          multiValued: true,
          subAttributes: [attribute('value', { canonicalValues: ['employee', 'auditor'] })],
        }),
      ],
      meta: { resourceType: 'Schema', location: `${publicUrl}${SCIM_BASE}/Schemas/${USER_SCHEMA}` },
    },
  ]);
}

function attribute(name: string, differences: Readonly<Record<string, unknown>> = {}) {
  return {
    name,
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...differences,
  };
}
