import { z } from 'zod';
import { role } from './identity.js';
import { adminGrantId, personId, unixSeconds } from './ids.js';

export const adminGrantState = z.enum(['requested', 'approved', 'used', 'cancelled']);
export type AdminGrantState = z.infer<typeof adminGrantState>;

/**
 * `bootstrap`: the first two admins of an authority, of whom the second needs no other. `operator`: whoever runs the machine let
 * them in, because at most one admin was left.
 */
export const adminGrantKind = z.enum(['bootstrap', 'two-admins', 'operator']);
export type AdminGrantKind = z.infer<typeof adminGrantKind>;

/** That somebody becomes admin: asked for by one admin, in effect when another approves it. */
export const adminGrantResponse = z.object({
  id: adminGrantId,
  person: personId,
  kind: adminGrantKind,
  state: adminGrantState,
  /** What the person's roles become. */
  roles: z.array(role),
  requestedBy: personId.nullable(),
  requestedAt: unixSeconds,
  expiresAt: unixSeconds,
  decidedBy: personId.nullable(),
});
/** GET /v1/admin-grants (admin, auditor): newest first. */
export const adminGrantList = z.object({ grants: z.array(adminGrantResponse).max(100) });
