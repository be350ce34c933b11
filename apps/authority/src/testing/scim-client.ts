import type { ApiAnswer, Method } from './api.js';
import { textOf } from './api.js';
import type { TestAuthority } from './authority.js';
import type { TestPerson } from './people.js';

export const SCIM_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const SCIM_PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A token of a new provisioning client, created by an admin who was verified just now. */
export async function provisioningToken(
  authority: TestAuthority,
  admin: TestPerson,
  linksSubjects = false,
): Promise<string> {
  const wish = { name: 'Directory', linksSubjects };
  const answer = await authority.api.post('/v1/provisioning-clients', wish, { token: admin.token });
  return textOf(answer.body, 'token');
}

/** What an identity provider sends. */
export class ScimClient {
  constructor(
    private readonly authority: TestAuthority,
    private readonly token: string,
  ) {}

  call(
    method: Method,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const typed = body === undefined ? headers : { 'content-type': 'application/scim+json', ...headers };
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    return this.authority.api.call(method, `/scim/v2/${path}`, {
      token: this.token,
      headers: typed,
      ...payload,
    });
  }

  create(user: Readonly<Record<string, unknown>>): Promise<ApiAnswer> {
    return this.call('POST', 'Users', { schemas: [SCIM_USER], ...user });
  }

  patch(id: string, ...operations: readonly Readonly<Record<string, unknown>>[]): Promise<ApiAnswer> {
    return this.call('PATCH', `Users/${id}`, { schemas: [SCIM_PATCH], Operations: operations });
  }
}
