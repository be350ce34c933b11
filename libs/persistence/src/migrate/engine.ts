import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Prisma's own schema engine as WebAssembly: nothing is downloaded, and `_prisma_migrations` is kept as usual. */
export type SchemaEngine = bindings.SchemaEngine;

const DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n';
let started: Promise<void> | undefined;

export async function createSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> {
  started ??= startWasm();
  await started;
  return bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', DATASOURCE]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

async function startWasm(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== 'function') throw new Error('the schema engine has no start function');
  Reflect.apply(start, undefined, []);
}
