import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT, must, say } from './say.mjs';

const SCHEMA = join(ROOT, 'prisma', 'schema');
const CLIENT = join(ROOT, 'libs', 'persistence', 'src', 'generated', 'client.ts');

/** Database client from the schema (only when the schema changed), then all TypeScript, incrementally. */
export function ensureBuild({ node }) {
  ensureDatabaseClient(node);
  say('compiling TypeScript');
  must(
    node,
    node,
    [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'],
    'The errors above name file and line.',
  );
}

function ensureDatabaseClient(node) {
  const hash = createHash('sha256');
  for (const file of readdirSync(SCHEMA).sort()) hash.update(readFileSync(join(SCHEMA, file)));
  const wanted = hash.digest('hex');
  const stamp = join(CACHE, 'prisma-schema-sha256');
  if (existsSync(CLIENT) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('generating the database client from prisma/schema');
  const prisma = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js');
  must(node, node, [prisma, 'generate', '--no-hints'], 'Fix prisma/schema, then run this command again.');
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, wanted);
}
