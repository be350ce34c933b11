import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PersistenceError } from '../errors.js';
import { createSchemaEngine } from './engine.js';

const FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Applies the migrations of `directory` that the database has not seen, in order.
 * @returns names of the migrations applied now
 * @throws PersistenceError `migration-failed`
 */
export async function applyMigrations(
  factory: SqlMigrationAwareDriverAdapterFactory,
  directory: string,
): Promise<readonly string[]> {
  try {
    const engine = await createSchemaEngine(factory);
    const result = await engine.applyMigrations({
      filters: FILTERS,
      migrationsList: await readMigrations(directory),
    });
    return result.appliedMigrationNames;
  } catch (error) {
    throw new PersistenceError('migration-failed', 'The database schema could not be brought up to date.', {
      cause: error,
    });
  }
}

/**
 * SQL that turns the schema of the migrations in `directory` (those named before `before`, or all) into that of the
 * Prisma files in `schemaDirectory`; empty when they agree. `shadow` is an empty database to replay them on.
 */
export async function diffSchema(
  shadow: SqlMigrationAwareDriverAdapterFactory,
  directory: string,
  schemaDirectory: string,
  before?: string,
): Promise<string> {
  const engine = await createSchemaEngine(shadow);
  const files = await readSchema(schemaDirectory);
  const result = await engine.diff({
    from: { tag: 'migrations', ...(await readMigrations(directory, before)) },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: FILTERS,
  });
  const script = result.stdout ?? '';
  return script.includes('This is an empty migration') ? '' : script;
}

async function readMigrations(directory: string, before?: string) {
  const names = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => before === undefined || name < before)
    .sort();
  return {
    baseDir: directory,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(join(directory, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  };
}

async function readSchema(directory: string) {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(
    names.map(async (path) => ({ path, content: await readFile(join(directory, path), 'utf8') })),
  );
}
