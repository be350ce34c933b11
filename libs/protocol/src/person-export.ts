import { z } from 'zod';
import { personId, unixSeconds } from './ids.js';

/** GET /v1/me/export: what an organisation holds about a person (GDPR Art. 15 and 20), table by table, as stored. */
export const personExport = z.object({
  format: z.literal('urn:guise:person-export:v1'),
  controller: z.object({ id: z.url(), name: z.string() }),
  person: personId,
  exportedAt: unixSeconds,
  tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  /** Tables with more rows than are here. */
  truncated: z.array(z.string()),
});
