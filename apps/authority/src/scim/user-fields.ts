import { rolesAfterMapping } from '../oidc/role-mapping.js';
import type { MappedRole } from '../oidc/oidc-variables.js';
import type { ProvisionedUserRecord } from '@guise/persistence';
import { role, type Role } from '@guise/protocol';
import { ScimError } from '../http/scim-error.js';
import { displayNameValue, type ScimUser } from './schemas.js';

/** What a provisioning client decides of a person. */
export interface UserFields {
  readonly userName: string;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly active: boolean;
  /** Sorted; never none. */
  readonly roles: readonly Role[];
}

export function fieldsOf(user: ProvisionedUserRecord): UserFields {
  const { userName, externalId, displayName, state, roles } = user;
  return { userName, externalId, displayName, active: state === 'active', roles: roles.toSorted() };
}

/** Of a new user: active, and an employee unless it says otherwise. @throws ScimError */
export function newFields(user: ScimUser): UserFields {
  return {
    userName: user.userName,
    externalId: user.externalId ?? null,
    displayName: displayNameOf(user),
    active: user.active ?? true,
    roles: rolesOf(user.roles ?? [], []),
  };
}

/**
 * Of a user that is replaced: what is not named is cleared, except that nobody comes back to life or loses their roles by
 * silence.
 * @throws ScimError
 */
export function replacedFields(before: UserFields, user: ScimUser): UserFields {
  return {
    userName: user.userName,
    externalId: user.externalId ?? null,
    displayName: displayNameOf(user),
    active: user.active ?? before.active,
    roles: user.roles === undefined || user.roles === null ? before.roles : rolesOf(user.roles, before.roles),
  };
}

/**
 * The roles that these names give to somebody who holds `held`. `admin` is neither given nor taken here: admins are made
 * by admins.
 * @throws ScimError `invalidValue`
 */
export function rolesOf(names: readonly string[], held: readonly Role[]): readonly Role[] {
  const wanted = names.map((name) => {
    const parsed = role.safeParse(name.toLowerCase());
    if (!parsed.success) {
      throw new ScimError(400, 'invalidValue', 'roles: give employee or auditor.');
    }
    if (parsed.data === 'admin' && !held.includes('admin')) {
      throw new ScimError(
        400,
        'invalidValue',
        'roles: admin cannot be provisioned. Admins are made by admins.',
      );
    }
    return parsed.data;
  });
  const mapped = wanted.filter((each): each is MappedRole => each !== 'admin');
  const next = rolesAfterMapping(mapped, held);
  return next.length === 0 ? ['employee'] : next;
}

function displayNameOf({ displayName, name, userName }: ScimUser): string {
  const whole = [name?.givenName, name?.familyName]
    .filter((part) => part !== undefined && part !== null)
    .join(' ');
  for (const candidate of [displayName, name?.formatted, whole]) {
    const parsed = displayNameValue.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return userName.slice(0, 120);
}
