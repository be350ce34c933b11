import type { ProvisionedUserFilter } from '@guise/persistence';
import { ScimError } from '../http/scim-error.js';

/** Bounded before it is read; the longest attribute value has 200 characters. */
export const MAX_FILTER = 500;

const USER_PREFIX = /^urn:ietf:params:scim:schemas:core:2\.0:user:/i;
/** RFC 7644 §3.4.2.2: attribute and operator in any case, the value a JSON text. */
const EQUALS = /^([a-z]+) +eq +("(?:[^"\\]|\\.)*")$/is;

/**
 * Reads a filter: one comparison `userName eq`, `externalId eq` or `id eq`, as provisioning clients ask before they create
 * somebody. Anything else is refused and never taken for a wider filter.
 * @throws ScimError `invalidFilter`
 */
export function parseUserFilter(filter: string): NonNullable<ProvisionedUserFilter> {
  if (filter.length > MAX_FILTER) throw refuse(`Filters have at most ${String(MAX_FILTER)} characters.`);
  const [, attribute = '', quoted = ''] = EQUALS.exec(filter.trim().replace(USER_PREFIX, '')) ?? [];
  const value = textOf(quoted);
  switch (attribute.toLowerCase()) {
    case 'username':
      return { userName: value };
    case 'externalid':
      return { externalId: value };
    case 'id':
      return { id: value };
    default:
      throw refuse('Filter by userName eq "…", externalId eq "…" or id eq "…", one of them.');
  }
}

function textOf(quoted: string): string {
  try {
    return quoted === '' ? '' : String(JSON.parse(quoted));
  } catch {
    throw refuse('The value is not a JSON text.');
  }
}

function refuse(detail: string): ScimError {
  return new ScimError(400, 'invalidFilter', detail);
}
