import type { ProvisionedUserRecord } from '@guise/persistence';
import { SCIM_BASE } from '../http/scim-error.js';
import { LIST_SCHEMA, USER_SCHEMA } from './schemas.js';

/** A user as the API shows it (RFC 7643 §4.1). */
export function userResource(user: ProvisionedUserRecord, publicUrl: string) {
  const { personId, userName, externalId, displayName, state, roles, createdAt, changedAt } = user;
  return {
    schemas: [USER_SCHEMA],
    id: personId,
    ...(externalId === null ? {} : { externalId }),
    userName,
    displayName,
    name: { formatted: displayName },
    active: state === 'active',
    roles: roles.map((value) => ({ value })),
    meta: {
      resourceType: 'User',
      created: createdAt.toISOString(),
      lastModified: changedAt.toISOString(),
      location: `${publicUrl}${SCIM_BASE}/Users/${personId}`,
      version: versionOf(user),
    },
  };
}

/** A weak ETag. Roles and state that admins change without the client do not raise it. */
export function versionOf({ version }: Pick<ProvisionedUserRecord, 'version'>): string {
  return `W/"${String(version)}"`;
}

/** RFC 7644 §3.4.2 */
export function listResponse(total: number, startIndex: number, resources: readonly object[]) {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
