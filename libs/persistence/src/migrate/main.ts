/**
 * Developer tool: `node libs/persistence/dist/migrate/main.js <name>` writes prisma/migrations/<name>/migration.sql with
 * what the schema has and the migrations have not.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { diffSchema } from './migrations.js';

const name = process.argv[2];
if (name === undefined || !/^\d{4}_[a-z_]+$/.test(name)) {
  throw new Error('name the migration like 0003_add_something');
}
const root = resolve(import.meta.dirname, '../../../..');
const migrations = join(root, 'prisma/migrations');
const target = join(migrations, name);
await rm(target, { recursive: true, force: true });
const shadow = await PGlite.create();
const script = await diffSchema(new PrismaPGlite(shadow), migrations, join(root, 'prisma/schema'), name);
await shadow.close();
if (script === '') {
  process.stdout.write('The migrations already say what the schema says.\n');
} else {
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'migration.sql'), script);
  process.stdout.write(`Wrote ${join('prisma/migrations', name, 'migration.sql')}\n`);
}
