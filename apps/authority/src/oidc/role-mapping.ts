import type { Role } from '@guise/protocol';
import type { MappedRole, RoleGrant } from './oidc-variables.js';

export type MappedRoles = readonly MappedRole[];

/** A claim with more values is no list of groups. */
const MAX_VALUES = 2000;

/** The roles that a claim gives: a text, or a list of texts, compared exactly. Anything else gives none. */
export function mappedRoles(claim: unknown, grants: readonly RoleGrant[]): MappedRoles {
  const values: readonly unknown[] = Array.isArray(claim) ? claim.slice(0, MAX_VALUES) : [claim];
  return [...new Set(grants.filter(({ value }) => values.includes(value)).map(({ role }) => role))];
}

/** What a person's roles become: the provider decides over all but `admin`, which it neither gives nor takes. */
export function rolesAfterMapping(mapped: MappedRoles, held: readonly Role[]): readonly Role[] {
  return [...new Set<Role>([...mapped, ...held.filter((role) => role === 'admin')])].toSorted();
}
