/**
 * Routes that take an `Idempotency-Key`: a request sent again, because its answer was lost, would do a second thing or be
 * refused as already done, and the sender could not tell which.
 *
 * Not among them: what begins or renews a sign-in (its answer sets a credential), what only stops something (withdrawing,
 * suspending, revoking, closing: never to wait for a key), evidence and keys (their sequence and epoch make them the same
 * thing twice), offers (drawn anew, they do nothing), and verifications (a second one says the same).
 */
export const IDEMPOTENT_ROUTES: ReadonlySet<string> = new Set([
  'POST /v1/admin-grants/:id/approval',
  'POST /v1/avatars',
  'POST /v1/avatars/:id/approvals',
  'POST /v1/avatars/:id/consents',
  'POST /v1/avatars/:id/submit',
  'POST /v1/consent-requests',
  'POST /v1/device-authorizations/:userCode/approval',
  'POST /v1/enrolments',
  'POST /v1/invitations',
  'POST /v1/keys/rotation',
  'POST /v1/permits',
  'POST /v1/persons/:id/adoption',
  'POST /v1/persons/:id/invitation',
  'POST /v1/persons/:id/roles',
  'POST /v1/policies',
  'POST /v1/policies/:id/approval',
  'POST /v1/provisioning-clients',
  'POST /v1/provisioning-clients/:id/rotate',
  'POST /v1/recoveries',
  'POST /v1/recoveries/:id/approval',
]);

export const isIdempotent = (method: string, path: string): boolean =>
  IDEMPOTENT_ROUTES.has(`${method} ${path}`);
