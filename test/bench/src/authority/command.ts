import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openServedWearing, testDatabases } from '@guise/authority/testing';
import { measureLimits, measurePermits } from './permits.js';
import { measureRevocation } from './revocation.js';
import { measureSearch } from './search.js';
import { measureStatusList } from './status-list.js';

export const AUTHORITY_USAGE = `authority  [--json FILE]
           permits per second and their latency at 100/s, beside SELECT 1 and bare signing; withdrawal and cut network to shut
           gates over 200 sessions with open event streams; a status list of 2^20 entries; 1:N search. About three minutes,
           on PostgreSQL where a server answers (GUISE_TEST_DATABASE_URL), else on the embedded database.`;

export async function authorityCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'string' } } });
  const result = await benchAuthority();
  console.log(JSON.stringify(result, null, 2));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}

async function benchAuthority() {
  const database = (await testDatabases()).includes('postgresql') ? 'postgresql' : 'embedded';
  const wearing = await openServedWearing(database);
  try {
    const permits = await measurePermits(wearing);
    const limits = await measureLimits(wearing);
    const revocation = await measureRevocation(wearing);
    const statusList = await measureStatusList();
    return { database, permits, limits, revocation, statusList, search: measureSearch([10_000, 100_000]) };
  } finally {
    await wearing.organisation.authority.close();
  }
}
