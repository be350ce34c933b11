import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@guise/persistence';
import {
  compiled,
  MIGRATIONS,
  openTestDatabase,
  testDatabases,
  type DatabaseKind,
} from '../testing/index.js';

/** More than the statements of one round: three inserts and a commit, indexes, two tiles, the swap, the checkpoint. */
const MAX_STATEMENTS = 20;

interface Life {
  readonly killed: boolean;
  readonly output: string;
  readonly errors: string;
}

function live(script: string, place: string, dieAt: number): Promise<Life> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, place, String(dieAt)],
      { timeout: 60_000 },
      (error, stdout, stderr) => {
        resolve({ killed: error?.signal === 'SIGKILL', output: stdout, errors: stderr });
      },
    );
  });
}

async function freshPlace(kind: DatabaseKind): Promise<{ place: string; drop: () => Promise<void> }> {
  if (kind === 'postgresql') {
    const fresh = await openTestDatabase(kind);
    await (await openDatabase({ ...fresh.options, migrations: MIGRATIONS })).close();
    return { place: fresh.options.url ?? '', drop: () => fresh.drop() };
  }
  const place = await mkdtemp(join(tmpdir(), 'guise-killed-'));
  const { options } = await openTestDatabase(kind);
  const loaded = await PGlite.create({
    dataDir: join(place, 'database'),
    ...(options.snapshot === undefined ? {} : { loadDataDir: options.snapshot }),
  });
  await loaded.close();
  return { place, drop: () => rm(place, { recursive: true, force: true }) };
}

describe.each(await testDatabases())('kill -9 of a ledger append on %s', (kind) => {
  let script: string;
  beforeAll(async () => {
    script = await compiled('testing/killed-append.js');
  }, 180_000);

  it(
    'loses no committed entry and leaves nothing half done, at any statement',
    { timeout: 180_000 },
    async () => {
      const { place, drop } = await freshPlace(kind);
      try {
        let deaths = 0;
        for (let dieAt = 1; dieAt <= MAX_STATEMENTS; dieAt += 1) {
          // Each life first checks what the one before left, whole tree and all.
          const life = await live(script, place, dieAt);
          expect(life.errors.replaceAll(/.*(Warning|--trace-warnings).*\n/g, '')).toBe('');
          if (life.killed) deaths += 1;
          else {
            expect(life.output).toMatch(/^staged\ndone \d+\n$/);
            break;
          }
        }
        expect(deaths).toBeGreaterThanOrEqual(8);
        expect(deaths).toBeLessThan(MAX_STATEMENTS);
      } finally {
        await drop();
      }
    },
  );
});
