import { z } from 'zod';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** A user with every attribute of RFC 7643 stays far below it. */
export const MAX_BODY_BYTES = 64 * 1024;
export const MAX_OPERATIONS = 50;
/** Users in one page. */
export const MAX_PAGE = 200;

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'has control characters');
export const userNameValue = text(200);
export const externalIdValue = text(200);
export const displayNameValue = text(120);

/** Identity providers send texts where the RFC has booleans. */
export const activeValue = z.union([
  z.boolean(),
  z
    .string()
    .max(5)
    .regex(/^(true|false)$/i, 'is neither true nor false')
    .transform((value) => value.toLowerCase() === 'true'),
]);
/** Texts, or complex values of which only `value` is read. */
export const rolesValue = z
  .array(z.union([text(60), z.object({ value: text(60) }).transform(({ value }) => value)]))
  .max(20);

const schemas = (needed: string) =>
  z
    .array(z.string().max(200))
    .max(20)
    .refine((all) => all.includes(needed), `must name ${needed}`);

const nameValue = z.object({
  formatted: z.string().max(240).nullish(),
  givenName: z.string().max(120).nullish(),
  familyName: z.string().max(120).nullish(),
});

/** A user as it comes in. What is not named here (e-mails, telephones, passwords …) is not kept: nobody needs it. */
export const scimUser = z.object({
  schemas: schemas(USER_SCHEMA),
  userName: userNameValue,
  externalId: externalIdValue.nullish(),
  displayName: displayNameValue.nullish(),
  name: nameValue.nullish(),
  active: activeValue.optional(),
  roles: rolesValue.nullish(),
});
export type ScimUser = z.infer<typeof scimUser>;

export const patchRequest = z.object({
  schemas: schemas(PATCH_SCHEMA),
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .max(10)
          .transform((op) => op.toLowerCase())
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().max(300).optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(MAX_OPERATIONS),
});
export type PatchOperation = z.infer<typeof patchRequest>['Operations'][number];

export const listQuery = z.object({
  filter: z.string().max(2000).optional(),
  /** From 1; less counts as 1 (RFC 7644 §3.4.2.4). */
  startIndex: z.coerce.number().int().max(10_000_000).default(1),
  count: z.coerce.number().int().max(1_000_000).default(100),
});
