import type { Permission } from './permission.js';
import type { ServedRoute } from './server.js';

/** Kinds of callers: a stranger, people by their only role, a paired device, and a program that provisions persons. */
export const CALLERS = ['nobody', 'employee', 'admin', 'auditor', 'device', 'provisioning'] as const;
export type Caller = (typeof CALLERS)[number];

/** Let in, or the HTTP status of the refusal. */
export type Admission = 'yes' | 401 | 403;

/** What the declared permissions of a route mean for a caller. */
export function admissionOf(permissions: readonly Permission[], caller: Caller): Admission {
  if (permissions.includes('public')) return 'yes';
  if (caller === 'nobody') return 401;
  if (caller === 'device' || caller === 'provisioning') return permissions.includes(caller) ? 'yes' : 401;
  if (permissions.includes('signed-in') || permissions.includes(caller)) return 'yes';
  return permissions.every((permission) => permission === 'device' || permission === 'provisioning')
    ? 401
    : 403;
}

/** The page docs/permissions.md: every route of the running authority and who may call it. */
export function permissionMatrix(routes: readonly ServedRoute[]): string {
  const rows = routes
    .filter(({ method }) => method !== 'HEAD')
    .toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method))
    .map(({ method, path, permission = [], stepUp = '' }) => [
      `\`${method} ${path}\``,
      permission.join(' or '),
      stepUp,
      ...CALLERS.map((caller) => String(admissionOf(permission, caller))),
    ]);
  return `# Permissions

Every route of the authority and who may call it. Written from the routes of the running application by
\`GUISE_UPDATE_DOCS=1 npx vitest run apps/authority/src/http/permissions.test.ts\`; the same test asks every route as
every caller and fails when an answer, or this page, is another.

\`yes\`: let in; which objects a caller may then touch is decided by who owns them, and an object of others does not
exist for it (404). \`401\`: no credential of the kind the route takes. \`403\`: signed in without the role. People have
exactly the role named here. \`HEAD\` is as \`GET\`.

Step-up \`fresh\`: a passkey verified its user within the last five minutes, else 401 \`step-up-required\` (RFC 9470);
\`POST /v1/step-up\` answers it. \`signature\`: the body is a passkey's signature over the exact statement, offered within
the last five minutes; that is the step-up, and nobody is asked twice. Withdrawing and suspending ask nothing: to stop is
never harder than to begin. With the cookie of a browser, everything but \`GET\` and \`HEAD\` needs the request to come
from a page of the authority and to repeat its CSRF token, else 403 \`cross-site-request\`.

${table(['Route', 'Declared', 'Step-up', ...CALLERS], rows)}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
