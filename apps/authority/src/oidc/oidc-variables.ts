import { role, type Role } from '@guise/protocol';
import { z } from 'zod';

/** Roles that an identity provider may give. An admin is made by admins, and never by a claim. */
export type MappedRole = Exclude<Role, 'admin'>;

/** Whoever has `value` in the configured claim gets `role`. */
export interface RoleGrant {
  readonly role: MappedRole;
  readonly value: string;
}

/** The organisation's OpenID provider, as its operator configured it. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, with PKCE alone. */
  readonly clientSecret: string | undefined;
  /** What the sign-in button calls it. */
  readonly name: string;
  readonly scopes: string;
  readonly rolesClaim: string;
  /** Empty: nobody is provisioned at sign-in, and roles are given elsewhere. */
  readonly roles: readonly RoleGrant[];
}

/** The variables of sign-in by an OpenID provider, for the table of all of them. */
export const OIDC_VARIABLES = {
  GUISE_OIDC_ISSUER: {
    meaning: 'Issuer of the OpenID provider that people may sign in with; https except on this machine',
    example: 'https://login.example.org',
    fallback: 'passkeys only',
  },
  GUISE_OIDC_CLIENT_ID: {
    meaning:
      'Client that the provider knows this authority as; its redirect URI is GUISE_PUBLIC_URL/oidc/callback',
    example: 'guise',
    fallback: 'none',
  },
  GUISE_OIDC_CLIENT_SECRET: {
    meaning: 'Secret of that client; none for a public client',
    example: 'from-the-provider',
    fallback: 'none',
  },
  GUISE_OIDC_NAME: {
    meaning: 'What the sign-in button calls the provider',
    example: 'Example Ltd',
    fallback: 'your organisation',
  },
  GUISE_OIDC_SCOPES: {
    meaning: 'Scopes asked for; the claim of the roles must be in the ID token',
    example: 'openid profile groups',
    fallback: 'openid profile',
  },
  GUISE_OIDC_ROLES_CLAIM: {
    meaning: 'Claim of the ID token that says what somebody may be here',
    example: 'groups',
    fallback: 'groups',
  },
  GUISE_OIDC_ROLES: {
    meaning: 'Which values of it give which role (employee or auditor, never admin), applied at each sign-in',
    example: 'employee=staff,auditor=internal-audit',
    fallback: 'nobody is provisioned at sign-in',
  },
} as const;

const MAX_GRANTS = 50;
const mappedRole = role.exclude(['admin']);

const roleGrants = z.string().transform((text, context): readonly RoleGrant[] => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const pairs = text.split(',').map((pair) => pair.trim());
  if (pairs.length > MAX_GRANTS) return refuse('gives too many roles');
  return pairs.map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s, 2).map((part) => part.trim());
    if (name === 'admin') return refuse('gives admin, which no claim can: admins are made by admins');
    const parsed = mappedRole.safeParse(name);
    if (!parsed.success || value === '' || value.length > 200) return refuse('is not role=value pairs');
    return { role: parsed.data, value };
  });
});

/** Fields of the environment's schema. */
export const oidcEnvironment = {
  GUISE_OIDC_ISSUER: z
    .string()
    .max(500, 'is too long')
    .refine(isIssuer, 'is not an https URL (http only on localhost)')
    .optional(),
  GUISE_OIDC_CLIENT_ID: z.string().max(200, 'is too long').optional(),
  GUISE_OIDC_CLIENT_SECRET: z.string().max(1000, 'is too long').optional(),
  GUISE_OIDC_NAME: z.string().trim().min(1, 'is empty').max(60, 'is too long').default('your organisation'),
  GUISE_OIDC_SCOPES: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]{1,100}){0,20}$/, 'is not scopes that begin with openid')
    .default('openid profile'),
  GUISE_OIDC_ROLES_CLAIM: z.string().min(1, 'is empty').max(200, 'is too long').default('groups'),
  GUISE_OIDC_ROLES: roleGrants.default([]),
};

/** @returns null when no provider is configured, or when its client is not: the caller says so */
export function oidcConfigOf(values: z.infer<z.ZodObject<typeof oidcEnvironment>>): OidcConfig | null {
  const { GUISE_OIDC_ISSUER: issuer, GUISE_OIDC_CLIENT_ID: clientId } = values;
  if (issuer === undefined || clientId === undefined) return null;
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: values.GUISE_OIDC_CLIENT_SECRET,
    name: values.GUISE_OIDC_NAME,
    scopes: values.GUISE_OIDC_SCOPES,
    rolesClaim: values.GUISE_OIDC_ROLES_CLAIM,
    roles: values.GUISE_OIDC_ROLES,
  });
}

function isIssuer(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.username !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
}
