import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openServedWearing, testDatabases } from '@guise/authority/testing';
import { measureLimits, measurePermits } from './permits.js';
import { measureDeprovisioning, measureRevocation } from './revocation.js';
import { measureSearch } from './search.js';
import { measureStatusList } from './status-list.js';
import { measureTemplates } from './templates.js';

export const AUTHORITY_USAGE = `authority  [--json FILE] [--part permits|revocation|deprovisioning|status-list|search|templates]
           permits per second and their latency at 100/s, beside SELECT 1 and bare signing; withdrawal and cut network to shut
           gates over 200 sessions with open event streams; the same by a SCIM deletion; a status list of 2^20 entries; 1:N search; what
           binarised templates cost in accuracy, and their unlinkability. About three minutes,
           on PostgreSQL where a server answers (GUISE_TEST_DATABASE_URL), else on the embedded database. A part alone: a
           minute for permits.`;

const PARTS = ['permits', 'revocation', 'deprovisioning', 'status-list', 'search', 'templates'] as const;
type Part = (typeof PARTS)[number];

export async function authorityCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, part: { type: 'string' } },
  });
  const part = PARTS.find((known) => known === values.part);
  if (values.part !== undefined && part === undefined) {
    console.error(`usage: npm run bench -- ${AUTHORITY_USAGE}`);
    return 2;
  }
  const result = await benchAuthority(part);
  console.log(JSON.stringify(result, null, 2));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}

/** On an authority of its own: a withdrawal leaves nothing to wear. */
async function measureDeprovisioningAlone(database: 'postgresql' | 'embedded') {
  const wearing = await openServedWearing(database);
  try {
    return await measureDeprovisioning(wearing);
  } finally {
    await wearing.organisation.authority.close();
  }
}

async function benchAuthority(part?: Part) {
  const wanted = (name: Part): boolean => part === undefined || part === name;
  const database = (await testDatabases()).includes('postgresql') ? 'postgresql' : 'embedded';
  const wearing = await openServedWearing(database);
  try {
    return {
      database,
      ...(wanted('permits')
        ? { permits: await measurePermits(wearing), limits: await measureLimits(wearing) }
        : {}),
      ...(wanted('revocation') ? { revocation: await measureRevocation(wearing) } : {}),
      ...(wanted('deprovisioning') ? { deprovisioned: await measureDeprovisioningAlone(database) } : {}),
      ...(wanted('status-list') ? { statusList: await measureStatusList() } : {}),
      ...(wanted('search') ? { search: measureSearch([10_000, 100_000]) } : {}),
      ...(wanted('templates') ? { templates: measureTemplates() } : {}),
    };
  } finally {
    await wearing.organisation.authority.close();
  }
}
