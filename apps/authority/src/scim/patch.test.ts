import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '@guise/protocol';
import { ScimError } from '../http/scim-error.js';
import { applyPatch } from './patch.js';
import { patchRequest } from './schemas.js';
import type { UserFields } from './user-fields.js';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ADA: UserFields = {
  userName: 'ada@example.org',
  externalId: '00u1',
  displayName: 'Ada',
  active: true,
  roles: ['employee'],
};
const patch = (operations: readonly unknown[], before = ADA): UserFields =>
  applyPatch(before, patchRequest.parse({ schemas: [PATCH], Operations: operations }).Operations);

describe('a patch of a user', () => {
  it.each<[string, readonly unknown[], Partial<UserFields>]>([
    ['Entra, disabled', [{ op: 'Replace', path: 'active', value: 'False' }], { active: false }],
    ['Entra, disabled as a boolean', [{ op: 'replace', path: 'active', value: false }], { active: false }],
    [
      'Entra, several attributes',
      [
        { op: 'Add', path: 'externalId', value: '00u2' },
        { op: 'Replace', value: { displayName: 'Ada L.', 'name.givenName': 'Ada' } },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada@example.org' },
        {
          op: 'Add',
          path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
          value: 'R',
        },
      ],
      { externalId: '00u2', displayName: 'Ada L.' },
    ],
    [
      'Entra, one app role',
      [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'Auditor' }],
      { roles: ['auditor'] },
    ],
    ['Okta, deactivated', [{ op: 'replace', value: { active: false } }], { active: false }],
    ['Okta, with its id', [{ op: 'replace', value: { id: 'x', active: false } }], { active: false }],
    [
      'a full attribute name',
      [{ op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:userName', value: 'b' }],
      { userName: 'b' },
    ],
    ['a removed text', [{ op: 'remove', path: 'externalId' }], { externalId: null }],
    [
      'a role more',
      [{ op: 'add', path: 'roles', value: [{ value: 'auditor' }] }],
      { roles: ['auditor', 'employee'] },
    ],
    ['other roles', [{ op: 'replace', path: 'roles', value: ['auditor'] }], { roles: ['auditor'] }],
    ['no roles', [{ op: 'remove', path: 'roles' }], { roles: ['employee'] }],
  ])('takes what is sent: %s', (_what, operations, changes) => {
    expect(patch(operations)).toEqual({ ...ADA, ...changes });
  });

  it.each<[string, unknown]>([
    ['invalidPath', { op: 'replace', path: 'personId', value: 'per_x' }],
    ['invalidPath', { op: 'replace', path: 'state', value: 'active' }],
    ['invalidPath', { op: 'replace', path: '__proto__.roles', value: ['admin'] }],
    ['invalidPath', { op: 'replace', path: 'active[value eq "x"]', value: true }],
    ['invalidPath', { op: 'replace', value: { constructor: {} } }],
    ['mutability', { op: 'replace', path: 'id', value: 'per_x' }],
    ['mutability', { op: 'remove', path: 'userName' }],
    ['mutability', { op: 'remove', path: 'active' }],
    ['noTarget', { op: 'remove' }],
    ['invalidValue', { op: 'replace', value: 'x' }],
    ['invalidValue', { op: 'replace', path: 'active', value: 'maybe' }],
    ['invalidValue', { op: 'replace', path: 'userName', value: { $ne: '' } }],
    ['invalidValue', { op: 'replace', path: 'displayName', value: 'x'.repeat(121) }],
    ['invalidValue', { op: 'add', path: 'roles', value: [{ value: 'admin' }] }],
    ['invalidValue', { op: 'replace', value: { roles: ['ADMIN'] } }],
    ['invalidValue', { op: 'add', path: 'roles', value: [{ value: 'owner' }] }],
  ])('refuses as %s: %o', (scimType, operation) => {
    expect(() => patch([operation])).toThrow(expect.objectContaining({ scimType }) as Error);
  });

  it('neither gives nor takes admin, whatever the operations are', () => {
    const name = fc.constantFrom('employee', 'auditor', 'admin', 'Admin', 'owner');
    const operation = fc.record(
      {
        op: fc.constantFrom('add', 'Replace', 'remove'),
        path: fc.constantFrom(
          'roles',
          'roles[value eq "admin"]',
          'roles[primary eq "True"].value',
          'displayName',
        ),
        value: fc.oneof(name, fc.array(fc.oneof(name, fc.record({ value: name })), { maxLength: 3 })),
      },
      { requiredKeys: ['op', 'value'] },
    );
    const held = fc.subarray<Role>(['admin', 'auditor', 'employee'], { minLength: 1 });
    fc.assert(
      fc.property(held, fc.array(operation, { minLength: 1, maxLength: 5 }), (roles, operations) => {
        try {
          const after = patch(operations, { ...ADA, roles });
          expect(after.roles.includes('admin')).toBe(roles.includes('admin'));
          expect(after.roles.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
