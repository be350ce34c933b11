import type { ProblemCode } from '@guise/protocol';

/** Everything under it answers in the shapes of SCIM. */
export const SCIM_BASE = '/scim/v2';
export const SCIM_CONTENT_TYPE = 'application/scim+json; charset=utf-8';

/** RFC 7644 table 9, as far as it happens here. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness';

/** A refusal that a provisioning client is told about. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  constructor(
    readonly status: 400 | 404 | 409 | 412,
    readonly scimType: ScimType | null,
    /** What to do next, in plain words. */
    readonly detail: string,
  ) {
    super(scimType ?? String(status));
  }
}

/** RFC 7644 §3.12. */
export interface ScimErrorBody {
  readonly schemas: readonly ['urn:ietf:params:scim:api:messages:2.0:Error'];
  /** A text, as the RFC has it. */
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

export function scimErrorBody(status: number, scimType: ScimType | null, detail: string): ScimErrorBody {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail,
  };
}

/** The type of a refusal that SCIM has none of its own for. */
export function scimTypeOf(code: ProblemCode): ScimType | null {
  return code === 'bad-request' ? 'invalidValue' : null;
}
