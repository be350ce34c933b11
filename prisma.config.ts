import { defineConfig } from 'prisma/config';

// Only `generate`, `format` and `validate` run through this file and none of them starts the engine: an existing path
// keeps Prisma from downloading one. Migrations are applied by the wasm engine in libs/persistence.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
});
