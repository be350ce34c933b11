import type { z } from 'zod';
import { ScimError } from '../http/scim-error.js';
import {
  activeValue,
  displayNameValue,
  externalIdValue,
  rolesValue,
  userNameValue,
  type PatchOperation,
} from './schemas.js';
import { rolesOf, type UserFields } from './user-fields.js';

const USER_PREFIX = /^urn:ietf:params:scim:schemas:core:2\.0:user:/i;
const EXTENSION_PREFIX = /^urn:ietf:params:scim:schemas:extension:/i;
/** `attribute`, `attribute[filter]`, and either with `.sub`. */
const PATH = /^([a-z][\w$-]{0,60})(?:\[([^[\]]{1,200})\])?(?:\.([a-z][\w$-]{0,60}))?$/i;
/** Which of several roles: the one of this value; the primary one is the only one. */
const ROLE_FILTER = /^value +eq +"([^"\\]{1,60})"$/i;
const PRIMARY_FILTER = /^primary +eq +(?:true|"true")$/i;

const READ_ONLY: ReadonlySet<string> = new Set(['id', 'meta', 'schemas', 'groups']);
/** Attributes of RFC 7643 that are taken and not kept. */
const NOT_KEPT: ReadonlySet<string> = new Set(
  (
    'name nickname profileurl title usertype preferredlanguage locale timezone password emails phonenumbers ims photos ' +
    'addresses entitlements x509certificates'
  ).split(' '),
);

type Op = PatchOperation['op'];

/**
 * The fields after a PATCH (RFC 7644 §3.5.2), all operations or none. Takes what Entra sends (`Replace`, `"False"`, dotted
 * names as members of a value) and what Okta sends (a value without a path).
 * @throws ScimError `invalidPath`, `invalidValue`, `mutability`, `noTarget`
 */
export function applyPatch(before: UserFields, operations: readonly PatchOperation[]): UserFields {
  return operations.reduce((fields, { op, path, value }) => {
    if (path !== undefined) return applyOne(fields, op, path, value);
    if (op === 'remove') throw new ScimError(400, 'noTarget', 'A remove needs a path.');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ScimError(400, 'invalidValue', 'Without a path, value is an object of attributes.');
    }
    // Without a path, read-only members go along with the others and change nothing (RFC 7644 §3.5.2.3).
    return Object.entries(value)
      .filter(([name]) => !READ_ONLY.has(name.toLowerCase()))
      .reduce((next, [name, member]: [string, unknown]) => applyOne(next, op, name, member), fields);
  }, before);
}

function applyOne(fields: UserFields, op: Op, path: string, value: unknown): UserFields {
  if (EXTENSION_PREFIX.test(path)) return fields;
  const [, attribute = '', filter, sub] = PATH.exec(path.replace(USER_PREFIX, '')) ?? [];
  const name = attribute.toLowerCase();
  if (READ_ONLY.has(name)) throw new ScimError(400, 'mutability', `${name} cannot be changed.`);
  if (NOT_KEPT.has(name)) return fields;
  if (name === 'roles') return { ...fields, roles: patchRoles(fields, op, filter, value) };
  if (name === '' || filter !== undefined || sub !== undefined) throw unknownPath();
  return patchText(fields, op, name, value);
}

function patchText(fields: UserFields, op: Op, name: string, value: unknown): UserFields {
  const cleared = op === 'remove' || value === null;
  switch (name) {
    case 'externalid':
      return { ...fields, externalId: cleared ? null : parse(externalIdValue, name, value) };
    case 'username':
      return { ...fields, userName: parse(userNameValue, name, kept(cleared, name, value)) };
    case 'displayname':
      return { ...fields, displayName: parse(displayNameValue, name, kept(cleared, name, value)) };
    case 'active':
      return { ...fields, active: parse(activeValue, name, kept(cleared, name, value)) };
    default:
      throw unknownPath();
  }
}

function patchRoles(
  { roles }: UserFields,
  op: Op,
  filter: string | undefined,
  value: unknown,
): UserFields['roles'] {
  if (op === 'remove') {
    const named = filter === undefined ? undefined : ROLE_FILTER.exec(filter)?.[1]?.toLowerCase();
    if (filter !== undefined && named === undefined) throw unknownPath();
    const left = named === undefined ? [] : roles.filter((each) => each !== named);
    return rolesOf(left, roles);
  }
  if (filter !== undefined && !PRIMARY_FILTER.test(filter)) throw unknownPath();
  const names = parse(rolesValue, 'roles', Array.isArray(value) ? value : [value]);
  return rolesOf(op === 'add' && filter === undefined ? [...roles, ...names] : names, roles);
}

function kept(cleared: boolean, name: string, value: unknown): unknown {
  if (cleared) throw new ScimError(400, 'mutability', `${name} cannot be removed.`);
  return value;
}

function parse<T extends z.ZodType>(schema: T, name: string, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ScimError(400, 'invalidValue', `${name}: ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
}

function unknownPath(): ScimError {
  return new ScimError(400, 'invalidPath', 'Paths are userName, externalId, displayName, active and roles.');
}
