import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../database.js';
import { diffSchema } from './migrations.js';

const ROOT = join(import.meta.dirname, '../../../..');
const MIGRATIONS = join(ROOT, 'prisma/migrations');

describe('migrations', () => {
  it('say what the schema says', async () => {
    const shadow = await PGlite.create();
    try {
      expect(await diffSchema(new PrismaPGlite(shadow), MIGRATIONS, join(ROOT, 'prisma/schema'))).toBe('');
    } finally {
      await shadow.close();
    }
  });

  it('are applied once', async () => {
    const pglite = await PGlite.create();
    const first = await openDatabase({ embedded: pglite, migrations: MIGRATIONS });
    expect(first.applied.length).toBeGreaterThan(1);
    const dump = await pglite.dumpDataDir('none');
    await first.close();
    const second = await openDatabase({ snapshot: dump, migrations: MIGRATIONS });
    try {
      expect(second.applied).toEqual([]);
      await second.ping();
    } finally {
      await second.close();
    }
  });
});
