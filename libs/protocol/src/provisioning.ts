import { z } from 'zod';
import { personId, provisioningClientId, unixSeconds } from './ids.js';

/** POST /v1/provisioning-clients (admin): a program of the organisation that provisions persons over SCIM 2.0. */
export const provisioningClientRequest = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** Its `externalId` is the person's `sub` at the configured OpenID provider: who it provisions may sign in there. */
  linksSubjects: z.boolean().default(false),
});
/** POST /v1/persons/:id/adoption (admin): the SCIM `userName` of a person who was here before the directory. */
export const adoptionRequest = z.strictObject({
  userName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'has control characters'),
});
export const provisioningClientRow = z.object({
  id: provisioningClientId,
  name: z.string(),
  state: z.enum(['active', 'revoked']),
  linksSubjects: z.boolean(),
  createdBy: personId,
  createdAt: unixSeconds,
  rotatedAt: unixSeconds.nullable(),
  revokedAt: unixSeconds.nullable(),
  lastUsedAt: unixSeconds.nullable(),
});
/** GET /v1/provisioning-clients: newest first. */
export const provisioningClientList = z.object({ clients: z.array(provisioningClientRow).max(100) });
/** Bearers of SCIM begin so, and are worth nothing anywhere else. */
export const SCIM_TOKEN = /^scim_[A-Za-z0-9_-]{43}$/;
/** The answer to creating a client, and to POST /v1/provisioning-clients/:id/rotate: the token is shown once. */
export const provisioningTokenResponse = z.object({
  id: provisioningClientId,
  token: z.string().regex(SCIM_TOKEN),
});
